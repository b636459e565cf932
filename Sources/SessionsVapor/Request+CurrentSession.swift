//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
public import Sessions
import SessionsHTTP
public import Vapor

extension Request {
    /// The session of the request. A response whose handler reads this property is private to the visitor, even if the
    /// body reads the session later, while it is streamed.
    ///
    /// Vapor's own `request.session` is another session, which ``SessionEngineMiddleware`` neither opens nor stores.
    ///
    /// - Throws: `SessionError` with the code `configuration` if there is no ``SessionEngineMiddleware`` before the
    ///   handler. A server without sessions must not answer as if no one were logged in.
    public var currentSession: Sessions.Session {
        get throws(SessionError) { try self.currentSession(in: .standard) }
    }

    /// The session in a slot of the request.
    ///
    /// - Throws: `SessionError` with the code `configuration` if there is no ``SessionEngineMiddleware`` with this slot
    ///   before the handler.
    public func currentSession(in slot: SessionSlot) throws(SessionError) -> Sessions.Session {
        let session = try self.openSession(in: slot)
        session.markAccessed()
        return session
    }
}

extension Sessions.Session {
    /// Takes the pending flash messages, as `takeFlashMessages()` does, if the user sees the response to this request.
    ///
    /// A HEAD request takes none. A prefetch (`Sec-Purpose`, and the fields that browsers sent before it) gets 503
    /// while messages are pending: the browser requests the page again when the user opens it, and that page shows
    /// them. While no messages are pending, the page can be prefetched.
    ///
    /// - Throws: The errors of `takeFlashMessages()`, or `SessionError` with the code `prefetchDeclined`. Do not catch
    ///   it.
    public func takeFlashMessages(for request: Request) async throws -> [FlashMessage] {
        try await self.takeFlashMessages(for: request.head)
    }
}
#endif
