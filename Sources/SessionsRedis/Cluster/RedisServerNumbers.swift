//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Assigns small numbers to the primaries of a cluster, from 1. A server keeps its number as long as it is a primary. A
/// free number is reused as late as possible.
struct RedisServerNumbers {
    private static let limit = 1_000

    private var byAddress: [RedisConfiguration.Address: Int] = [:]
    /// The numbers in the order of the primaries.
    private var byPlace: [Int] = []
    private var last = 0

    /// The number of the server at an index of the list of primaries.
    subscript(place: Int) -> Int { self.byPlace[place] }

    /// Assigns a number to each of the primaries. Beyond a thousand they share one.
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
