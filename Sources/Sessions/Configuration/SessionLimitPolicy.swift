//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a login does when the user already has the maximum number of sessions
/// (``SessionConfiguration/maximumSessionsPerSubject``).
public struct SessionLimitPolicy: Sendable {
    enum Choice: Sendable {
        case decided(Decision)
        case deciding(@Sendable (_ subject: String, _ sessions: [ActiveSession]) async throws -> Decision)
    }

    let choice: Choice

    /// The oldest sessions end, to make room for the new one. This is the default.
    public static let endOldest = SessionLimitPolicy(choice: .decided(.endOldest))

    /// The login fails with a ``SessionError`` of the code `sessionLimit`, and nothing changes.
    ///
    /// - Note: A user who has lost a device must then wait for its session to end, or ask for help.
    public static let refuse = SessionLimitPolicy(choice: .decided(.refuse))

    /// A function decides about each login that exceeds the limit, for example by the user's plan.
    ///
    /// - Parameter decide: Returns what to do, given the user and their active sessions, the oldest login first,
    ///   without the session that the login replaces. If it throws, the login throws the same error, and nothing
    ///   changes.
    public static func deciding(
        by decide: @escaping @Sendable (_ subject: String, _ sessions: [ActiveSession]) async throws -> Decision
    ) -> SessionLimitPolicy {
        SessionLimitPolicy(choice: .deciding(decide))
    }

    /// What to do about one login.
    public struct Decision: Sendable, Equatable {
        enum Choice: Equatable {
            case endOldest
            case refuse
            case allow(ending: Set<SessionID>)
        }

        let choice: Choice

        /// The oldest sessions end, to make room for the new one.
        public static let endOldest = Decision(choice: .endOldest)

        /// The login fails.
        public static let refuse = Decision(choice: .refuse)

        /// The login succeeds and exceeds the limit.
        public static let allow = Decision(choice: .allow(ending: []))

        /// The login succeeds, and these sessions of the user end. Other ids are ignored.
        public static func end(_ ids: Set<SessionID>) -> Decision { Decision(choice: .allow(ending: ids)) }
    }
}
