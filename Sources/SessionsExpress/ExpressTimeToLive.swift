//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// How long a session lives whose cookie has no life of its own: `ttl` of connect-redis.
public struct ExpressTimeToLive: Sendable {
    enum Choice: Sendable {
        case lasting(Duration)
        case deciding(@Sendable (SessionValues) -> Duration)
    }

    let choice: Choice

    /// Whether a function decides.
    var isDeciding: Bool { if case .deciding = self.choice { true } else { false } }

    /// A duration.
    public static func lasting(_ duration: Duration) -> ExpressTimeToLive {
        ExpressTimeToLive(choice: .lasting(duration))
    }

    /// What a function says of the values of each session, also of one whose cookie has a life. Zero or less ends the
    /// session with its next write, as in connect-redis.
    public static func deciding(_ decide: @escaping @Sendable (SessionValues) -> Duration) -> ExpressTimeToLive {
        ExpressTimeToLive(choice: .deciding(decide))
    }
}
