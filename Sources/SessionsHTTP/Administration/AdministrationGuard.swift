//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
public import Sessions

/// Who may administer sessions. A page of all sessions cannot be created without it.
///
/// ```swift
/// let administrators = AdministrationGuard { session, subject in
///     subject == "grace"
/// }
/// ```
///
/// A request without a login, or with one that is too old, gets the response for it, and that of a user who is no
/// administrator gets 403. So does one in which a user acts as an administrator (`Session.act(as:reason:for:)`): the
/// audit log must name who it was. The decision is made for each request.
public struct AdministrationGuard: Sendable {
    private let response: GuardResponse
    private let longestAge: Duration?
    private let isAdministrator: @Sendable (Session, _ subject: String) async throws -> Bool

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - age: The maximum time since the administrator's login or re-authentication, at least 1 second. The default
    ///     is nil: any.
    ///   - response: The response to requests without a login, or with one that is too old. The default is 401.
    ///   - isAdministrator: Decides whether a user who is logged in may see and end the sessions of all users.
    public init(
        requiringLoginWithin age: Duration? = nil,
        _ response: GuardResponse = .unauthorized,
        isAdministrator: @escaping @Sendable (Session, _ subject: String) async throws -> Bool
    ) {
        self.response = response
        self.longestAge = age
        self.isAdministrator = isAdministrator
    }

    /// Performs a request in the name of an administrator.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - session: Its session.
    ///   - logger: The logger, for a rejected request.
    ///   - body: Gets the identifier of the administrator.
    /// - Returns: The reply of the body, or a redirect to the login.
    /// - Throws: What the body throws, `SessionError` without a login, and ``HTTPRefusal`` with 403 for another user.
    func authorized(
        _ request: HTTPRequest,
        _ session: Session,
        _ logger: Logger,
        _ body: (_ administrator: String) async throws -> HTTPReply
    ) async throws -> HTTPReply {
        do {
            try session.requireNotActing()
            if let longestAge { try session.requireAuthentication(within: longestAge) }
        } catch {
            return try self.response.reply(to: request, refusedBy: error, logger)
        }
        guard let subject = session.subject, try await self.isAdministrator(session, subject) else {
            logger.notice("A user who is no administrator asked for the sessions of all users")
            throw HTTPRefusal(.forbidden, "Only administrators may see and end the sessions of others.")
        }
        return try await body(subject)
    }
}
