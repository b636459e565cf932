//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes
package import Logging

/// How far the opening of a session gets without suspending: to its end, for nearly every session in memory or in a
/// cookie.
package enum SessionOpening {
    case opened(Session)
    /// Whoever keeps the session must be waited for. In a place of its own, so that what nearly always happens is
    /// handed on in a register.
    indirect case waiting(Waiting)

    /// What is to be waited for.
    package struct Waiting {
        /// What the only transport found in the request; nil where there are several transports, or it is traced.
        let reading: ExtractedCredentials?
        let request: SessionRequest
        let logger: Logger
    }
}

extension SessionEngine {
    /// Opens a session as far as that goes without suspending, which saves an adapter a call that might.
    ///
    /// - Throws: As ``open(_:logger:)`` does.
    package func begin(_ request: consuming SessionRequest, logger: consuming Logger) throws(SessionError)
        -> SessionOpening
    {
        let request = self.configuration.trustedProxies.resolve(request)
        guard !self.isTraced, self.transports.count == 1 else {
            return .waiting(.init(reading: nil, request: request, logger: logger))
        }
        guard !self.canSkipLookupWithoutCookie || CookieHeader.isThere(in: request.headerFields) else {
            let resolution = SessionResolution(live: nil, detachment: nil, reason: .noToken)
            return .opened(Session(engine: self, request: request, logger: logger, resolution: resolution))
        }
        var reading = ExtractedCredentials(of: self.form(for: request))
        try self.read(request, by: 0, into: &reading, logger: logger)
        guard reading.malformedCount == 0, let found = self.driver.resolutionAtOnce(of: reading, request) else {
            return .waiting(.init(reading: reading, request: request, logger: logger))
        }
        let resolution = SessionResolution(found, token: reading.fewTokens.first)
        return .opened(Session(engine: self, request: request, logger: logger, resolution: resolution))
    }

    /// Opens a session to its end.
    package func open(_ opening: SessionOpening.Waiting) async throws -> Session {
        let (request, logger) = (opening.request, opening.logger)
        let origin = EventOrigin(request, logger, self.configuration)
        if let reading = opening.reading {
            let resolution = try await self.resolution(of: reading, by: 0, request, origin: origin)
            return Session(engine: self, request: request, logger: logger, resolution: resolution)
        }
        return try await self.traced("session.open") {
            let resolution = try await self.resolution(of: request, origin: origin)
            return Session(engine: self, request: request, logger: logger, resolution: resolution)
        } describe: { session, span in
            session.describe(in: span)
        }
    }

    /// Closes a session if that goes without suspending, and without an error.
    ///
    /// - Returns: Whether it is closed. If not, nothing has happened, and ``closeByWaiting(_:outcome:response:)`` does
    ///   it.
    package func closeAtOnce(
        _ session: Session,
        outcome: Outcome = .responded,
        response: inout HTTPFields
    ) -> Bool {
        guard !self.isTraced, let ending = session.finishAtOnce(outcome) else { return false }
        session.write(ending, to: &response)
        session.logWhy(ending.cookie, nil)
        return true
    }

    /// Closes a session that could not be closed at once.
    ///
    /// - Throws: As ``close(_:outcome:response:)`` does.
    package func closeByWaiting(
        _ session: Session,
        outcome: Outcome = .responded,
        response: inout HTTPFields
    ) async throws {
        try await self.traced("session.close") {
            var failure: (any Error)?
            let ending = await session.gate.whenFree { () -> ResponseEffects in
                var cookie: SessionPlan.CookieAction
                do {
                    cookie = try await session.finish(outcome)
                } catch {
                    session.reportUnstored(error)
                    failure = error
                    cookie = session.cookieActionAfterFailure
                }
                return session.withState { state in
                    state.hasResponseStarted = true
                    return state.ending(cookie, clearing: self.configuration.clearsSiteDataOnLogout)
                }
            }
            session.write(ending, to: &response)
            session.logWhy(ending.cookie, failure)
            if let failure { throw failure }
        } describe: { _, span in
            session.describe(in: span)
        }
    }
}
