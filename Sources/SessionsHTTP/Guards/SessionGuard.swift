//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Logging
public import Sessions

/// A route guard: what a session must have for a request to pass, and the response to all other requests.
///
/// The middlewares `RequireLogin`, `RequireRecentLogin`, `RequireAuthenticationLevel` and `RequireDeviceBound` of an
/// adapter have one each.
public struct SessionGuard: Sendable {
    private let requirement: @Sendable (Session) throws(SessionError) -> Void
    private let response: GuardResponse

    private init(_ response: GuardResponse, _ requirement: @escaping @Sendable (Session) throws(SessionError) -> Void) {
        self.requirement = requirement
        self.response = response
    }

    /// Requires a user who is logged in.
    ///
    /// - Parameter response: The response to rejected requests. The default is 401.
    public static func login(_ response: GuardResponse = .unauthorized) -> SessionGuard {
        SessionGuard(response) { session throws(SessionError) in try session.requireAuthenticated() }
    }

    /// Requires a user who authenticated a short while ago.
    ///
    /// - Parameters:
    ///   - age: The maximum time since the login or the last re-authentication.
    ///   - response: The response to rejected requests. The default is 401.
    /// - Throws: `SessionError` with the code `configuration` when the age is less than a second, which no user can
    ///   meet.
    public static func recentLogin(
        within age: Duration,
        _ response: GuardResponse = .unauthorized
    ) throws(SessionError) -> SessionGuard {
        guard age >= .seconds(1) else { throw .tooRecent(age, guard: "RequireRecentLogin") }
        return SessionGuard(response) { session throws(SessionError) in
            try session.requireAuthentication(within: age)
        }
    }

    /// Requires a user who has reached a level of authentication.
    ///
    /// - Parameters:
    ///   - level: The required level. A higher rank passes as well.
    ///   - age: The maximum time since the level was reached. The default is nil: any time in this session.
    ///   - response: The response to rejected requests. The default is 401.
    /// - Throws: `SessionError` with the code `invalidAuthentication` when no user can reach the level, or
    ///   `configuration` when the age is less than a second, which no user can meet.
    public static func authenticationLevel(
        _ level: AuthenticationLevel,
        within age: Duration? = nil,
        _ response: GuardResponse = .unauthorized
    ) throws(SessionError) -> SessionGuard {
        try level.check()
        if let age, age < .seconds(1) { throw .tooRecent(age, guard: "RequireAuthenticationLevel") }
        return SessionGuard(response) { session throws(SessionError) in
            try session.requireAuthentication(level: level, within: age)
        }
    }

    /// Requires a session that is bound to a device, if the policy of the engine asks for it
    /// (`SessionConfiguration.deviceBinding`).
    ///
    /// - Parameter response: The response to requests of users who are not logged in. The default is 401. A session
    ///   that is not bound gets 403.
    public static func deviceBound(_ response: GuardResponse = .unauthorized) -> SessionGuard {
        SessionGuard(response) { session throws(SessionError) in try session.requireDeviceBound() }
    }

    /// Requires a logged-in user who is present, and not an administrator who acts as that user.
    ///
    /// - Parameter response: The response to requests of users who are not logged in. The default is 401. An
    ///   administrator who acts as another user gets 403.
    public static func notActing(_ response: GuardResponse = .unauthorized) -> SessionGuard {
        SessionGuard(response) { session throws(SessionError) in try session.requireNotActing() }
    }

    /// Decides whether a request may pass.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - session: Its session.
    ///   - logger: The logger, for a line at debug level about a rejected request.
    /// - Returns: The response to a rejected request: a redirect. Nil if the request may pass.
    /// - Throws: `SessionError`, if it is the response to a rejected request.
    public func reply(
        to request: HTTPRequest,
        session: Session,
        logger: Logger
    ) throws(SessionError) -> HTTPReply? {
        do {
            try self.requirement(session)
            return nil
        } catch {
            return try self.response.reply(to: request, refusedBy: error, logger)
        }
    }
}

extension SessionError {
    fileprivate static func tooRecent(_ age: Duration, guard name: String) -> SessionError {
        .configuration("\(name) within \(age) lets no request through: give it at least 1 second.")
    }
}
