//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a login does when the user has as many sessions as are allowed already
/// (``SessionConfiguration/maximumSessionsPerSubject``).
public struct SessionLimitPolicy: Sendable {
    enum Choice: Sendable {
        case decided(Decision)
        case deciding(@Sendable (_ subject: String, _ sessions: [ActiveSession]) async throws -> Decision)
    }

    let choice: Choice

    /// The oldest sessions end, so that the new one is within the limit. This is the default.
    public static let endOldest = SessionLimitPolicy(choice: .decided(.endOldest))

    /// The login is refused with a ``SessionError`` of the code `sessionLimit`, and everything is as it was.
    ///
    /// - Note: A user who has lost a device must then wait for its session to end, or be helped.
    public static let refuse = SessionLimitPolicy(choice: .decided(.refuse))

    /// A function decides, for each login that comes when the limit is reached: by the user's plan, for example.
    ///
    /// - Parameter decide: Given the user and their living sessions, the oldest login first and without the one that
    ///   the login would replace, what to do. What it throws, the login throws, and everything is as it was.
    public static func deciding(
        by decide: @escaping @Sendable (_ subject: String, _ sessions: [ActiveSession]) async throws -> Decision
    ) -> SessionLimitPolicy {
        SessionLimitPolicy(choice: .deciding(decide))
    }

    /// What to do with one login.
    public struct Decision: Sendable, Equatable {
        enum Choice: Equatable {
            case endOldest
            case refuse
            case allow(ending: Set<SessionID>)
        }

        let choice: Choice

        /// The oldest sessions end, so that the new one is within the limit.
        public static let endOldest = Decision(choice: .endOldest)

        /// The login is refused.
        public static let refuse = Decision(choice: .refuse)

        /// The login goes through, over the limit.
        public static let allow = Decision(choice: .allow(ending: []))

        /// The login goes through, and these sessions of the user end; other ids mean nothing.
        public static func end(_ ids: Set<SessionID>) -> Decision { Decision(choice: .allow(ending: ids)) }
    }
}
