//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
public import Sessions

/// The part of a request context that belongs to sessions.
///
/// An application with two kinds of sessions, say a long one for preferences and a short one for logins, has two of
/// these in its context, and two middlewares whose engines have cookies of different names:
///
/// ```swift
/// router.add(middleware: SessionsMiddleware(logins))
/// router.add(middleware: SessionsMiddleware(preferences, in: \.preferences))
/// router.get { _, context in
///     context.preferences.session[.theme] ?? "light"
/// }
/// ```
public struct SessionsStorage: Sendable {
    /// The session of the request; nil where no middleware has opened one.
    public internal(set) var openSession: Session?
    let connection: RequestConnection

    /// Creates the storage for a request of a server.
    public init(source: ApplicationRequestContextSource) {
        self.connection = RequestConnection(channel: source.channel)
    }

    /// Creates the storage where there is no connection.
    public init() {
        self.connection = RequestConnection(channel: nil)
    }

    /// The session of the request. The response to a request whose handler takes it is private, even where its body
    /// reads the session only while it is streamed.
    ///
    /// - Throws: `SessionError` with the code `configuration` where no ``SessionsMiddleware`` is before the handler;
    ///   its message names the missing line. A server without sessions must not answer as if no one were logged in.
    public var session: Session {
        get throws(SessionError) {
            let session = try self.unmarkedSession
            session.markAccessed()
            return session
        }
    }

    /// The session of the request, for what decides before the handler whether it runs.
    var unmarkedSession: Session {
        get throws(SessionError) {
            guard let openSession else { throw .missingMiddleware }
            return openSession
        }
    }
}
#endif
