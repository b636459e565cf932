//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// The lifetime of a session whose cookie has no maximum age: `ttl` of connect-redis.
public struct ExpressTimeToLive: Sendable {
    enum Choice: Sendable {
        case lasting(Duration)
        case deciding(@Sendable (SessionValues) -> Duration)
    }

    let choice: Choice

    /// Whether a closure decides.
    var isDeciding: Bool { if case .deciding = self.choice { true } else { false } }

    /// A duration.
    public static func lasting(_ duration: Duration) -> ExpressTimeToLive {
        ExpressTimeToLive(choice: .lasting(duration))
    }

    /// A closure decides by the values of each session, even if its cookie has a maximum age. Zero or less ends the
    /// session with its next write, as in connect-redis.
    public static func deciding(_ decide: @escaping @Sendable (SessionValues) -> Duration) -> ExpressTimeToLive {
        ExpressTimeToLive(choice: .deciding(decide))
    }
}
