//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// For how long the server keeps what it is given.
enum RedisExpiry {
    /// Longer than the clocks of the application's machines differ.
    private static let slack: Int64 = 60_000
    /// About a hundred years: a server adds it to its own time.
    private static let longest: Int64 = 3_155_760_000_000

    /// From now until something is over, and a while more; or no more than a number of seconds, unless that is 0.
    static func milliseconds(until end: Instant, now: Instant, atMostSeconds seconds: UInt32 = 0) -> Int64 {
        let kept = min(max(0, (end - now).wholeMilliseconds), self.longest) + self.slack
        return seconds == 0 ? kept : min(kept, Int64(seconds) * 1000)
    }

    /// A time to live as it stands in an entry, where 0 has another meaning.
    static func wholeSeconds(_ duration: Duration) -> UInt32 {
        UInt32(clamping: max(1, duration.wholeMilliseconds / 1000))
    }
}
#endif
