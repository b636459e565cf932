//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// How long the server keeps a key.
enum RedisExpiry {
    /// The allowance for clock skew between application servers.
    private static let clockSkewAllowance: Int64 = 60_000
    /// About a hundred years, because a server adds the value to its own time.
    private static let longest: Int64 = 3_155_760_000_000

    /// The time until an instant, plus the allowance for clock skew. At most `seconds`, unless that is 0.
    static func milliseconds(until end: SessionInstant, now: SessionInstant, atMostSeconds seconds: UInt32 = 0) -> Int64
    {
        let kept = min(max(0, (end - now).wholeMilliseconds), self.longest) + self.clockSkewAllowance
        return seconds == 0 ? kept : min(kept, Int64(seconds) * 1000)
    }

    /// The time to live as it is stored in an entry, where 0 has another meaning.
    static func wholeSeconds(_ duration: Duration) -> UInt32 {
        UInt32(clamping: max(1, duration.wholeMilliseconds / 1000))
    }
}
#endif
