//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Small numbers for the primaries of a cluster, from 1. A server keeps its number as long as it is one of them; a
/// number that has become free is given out again as late as possible.
struct RedisServerNumbers {
    private static let limit = 1_000

    private var byAddress: [RedisConfiguration.Address: Int] = [:]
    /// In the order of the primaries.
    private var byPlace: [Int] = []
    private var last = 0

    /// The number of the server at a place in the list of primaries.
    subscript(place: Int) -> Int { self.byPlace[place] }

    /// Gives each of the primaries a number. Beyond a thousand they share one.
    mutating func assign(to primaries: [RedisConfiguration.Address]) {
        let present = Set(primaries)
        self.byAddress = self.byAddress.filter { present.contains($0.key) }
        var taken = Set(self.byAddress.values)
        self.byPlace = primaries.map { address in
            if let number = self.byAddress[address] { return number }
            guard taken.count < Self.limit else { return Self.limit + 1 }
            repeat { self.last = self.last % Self.limit + 1 } while taken.contains(self.last)
            taken.insert(self.last)
            self.byAddress[address] = self.last
            return self.last
        }
    }
}
#endif
