//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
public import FlyingFox
import HTTPTypes
public import Sessions
import SessionsHTTP

extension FlyingFox.HTTPRequest {
    /// The session of the request. A response whose handler reads this property is private to the visitor.
    ///
    /// Read it in the task that handles the request. A body that is streamed later must capture the session.
    ///
    /// - Throws: `SessionError` with the code `configuration` if there is no ``SessionsMiddleware`` around the handler.
    ///   A server without sessions must not answer as if no one were logged in.
    public var session: Session {
        get throws(SessionError) { try SessionsMiddleware.$session.accessedSession }
    }
}

extension Session {
    /// Takes the pending flash messages, as `takeFlashMessages()` does, if the user sees the response to this request.
    ///
    /// A HEAD request takes none. A prefetch (`Sec-Purpose`, and the fields that browsers sent before it) gets 503
    /// while messages are pending: the browser requests the page again when the user opens it, and that page shows
    /// them. While no messages are pending, the page can be prefetched.
    ///
    /// - Throws: The errors of `takeFlashMessages()`, or `SessionError` with the code `prefetchDeclined`. Do not catch
    ///   it.
    public func takeFlashMessages(for request: FlyingFox.HTTPRequest) async throws -> [FlashMessage] {
        try await self.takeFlashMessages(for: HTTPTypes.HTTPRequest(request))
    }
}

extension TaskLocal<Session?> {
    /// The session of the request, for handlers.
    var accessedSession: Session {
        get throws(SessionError) {
            let session = try self.openSession
            session.markAccessed()
            return session
        }
    }

    /// The session of the request, for middleware that runs before the handler.
    var openSession: Session {
        get throws(SessionError) {
            guard let session = self.get() else {
                throw .configuration(
                    """
                    A session was used where none is open. Handle the request with SessionsMiddleware(engine, handler: …), \
                    and take the session in the task that handles the request rather than in a streamed body.
                    """
                )
            }
            return session
        }
    }
}
#endif
