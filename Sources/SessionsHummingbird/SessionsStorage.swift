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
/// An application with two kinds of sessions, such as long ones for preferences and short ones for logins, has two of
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
    /// The session of the request. Nil if no middleware has opened one.
    public internal(set) var openSession: Session?
    let connection: RequestConnection

    /// Creates the storage for a request to a server.
    public init(source: ApplicationRequestContextSource) {
        self.connection = RequestConnection(channel: source.channel)
    }

    /// Creates the storage for a request without a connection.
    public init() {
        self.connection = RequestConnection(channel: nil)
    }

    /// The session of the request. A response whose handler reads this property is private to the visitor, even if the
    /// body reads the session later, while it is streamed.
    ///
    /// - Throws: `SessionError` with the code `configuration` if there is no ``SessionsMiddleware`` before the handler.
    ///   Its message names the missing line. A server without sessions must not answer as if no one were logged in.
    public var session: Session {
        get throws(SessionError) {
            let session = try self.unmarkedSession
            session.markAccessed()
            return session
        }
    }

    /// The session of the request, for guards and other code that runs before the handler.
    var unmarkedSession: Session {
        get throws(SessionError) {
            guard let openSession else { throw .missingMiddleware }
            return openSession
        }
    }
}
#endif
