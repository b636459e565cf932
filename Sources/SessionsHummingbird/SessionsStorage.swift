//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
import NIOCore
import NIOSSL
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
    private let channel: (any Channel)?

    /// Creates the storage for a request of a server.
    public init(source: ApplicationRequestContextSource) {
        self.channel = source.channel
    }

    /// Creates the storage where there is no connection.
    public init() {
        self.channel = nil
    }

    /// The session of the request.
    ///
    /// - Precondition: A ``SessionsMiddleware`` stands before the handler. Without it this stops the process with a
    ///   message that names the missing line: a server without sessions must not answer as if nobody were logged in.
    public var session: Session {
        guard let openSession else {
            preconditionFailure(
                """
                A session was used where none is open. Add this line before the routes that use it: \
                router.add(middleware: SessionsMiddleware(engine)), with in: \\.name for a storage that is not \
                context.sessions.
                """
            )
        }
        return openSession
    }

    func isOpen(by engine: SessionEngine) -> Bool {
        self.openSession?.belongs(to: engine) ?? false
    }

    /// The address of the peer, without its port.
    var clientAddress: String? {
        self.channel?.remoteAddress?.ipAddress
    }

    /// Whether the server itself speaks TLS on this connection.
    ///
    /// Over TLS a request still says scheme `http`, so the connection is asked. A stream of HTTP/2 is a child of the
    /// channel that has the TLS handler.
    func isConnectionSecure() async throws -> Bool {
        var channel = self.channel
        while let current = channel {
            // A handler mostly runs where its connection lives, and then needs no turn of its own there.
            let hasTLS =
                current.eventLoop.inEventLoop
                ? Self.hasTLS(current) : try await current.eventLoop.submit { Self.hasTLS(current) }.get()
            if hasTLS { return true }
            channel = current.parent
        }
        return false
    }

    private static func hasTLS(_ channel: any Channel) -> Bool {
        (try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)) != nil
    }
}
#endif
