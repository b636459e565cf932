//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
/// How many sessions each user has, in bounded memory.
///
/// Up to ``capacity`` users are counted exactly. Of more, those whose hash begins with enough zeros are counted, and
/// stand for the rest: adaptive sampling by hash (Wegman; Flajolet 1990). Every user is in the sample or not by the
/// hash alone, so the sample has all sessions of its users, and the shares are true. With 65,536 users in the sample,
/// the standard error of a total is about half of one percent.
package struct UserCounts: Sendable {
    package static let capacity = 65_536

    private let capacity: Int
    private var counts: [UInt64: UInt32] = [:]
    /// The number of zeros at the end of the hashes of the sample.
    private var level = 0

    package init(capacity: Int = UserCounts.capacity) {
        self.capacity = max(16, capacity)
    }

    /// Whether the numbers are estimates.
    package var isEstimate: Bool { self.level > 0 }

    /// The number of users.
    package var userCount: Int { self.counts.count << self.level }

    package mutating func add(_ user: String) {
        // The hash differs from process to process, so no user can choose to be counted.
        var hasher = Hasher()
        user.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            ?? Array(user.utf8).withUnsafeBytes { hasher.combine(bytes: $0) }
        let hash = UInt64(bitPattern: Int64(hasher.finalize()))
        guard hash.trailingZeroBitCount >= self.level else { return }
        self.counts[hash, default: 0] += 1
        while self.counts.count > self.capacity {
            self.level += 1
            self.counts = self.counts.filter { $0.key.trailingZeroBitCount >= self.level }
        }
    }

    /// The users by how many sessions they have.
    package var histogram: Histogram {
        var histogram = Histogram([2: "1", 4: "2 to 3", 11: "4 to 10", 101: "11 to 100"], last: "over 100")
        for count in self.counts.values { histogram.add(Int(count), count: 1 << self.level) }
        return histogram
    }

    /// The most sessions of one user that were seen.
    package var largest: Int { Int(self.counts.values.max() ?? 0) }
}
#endif
