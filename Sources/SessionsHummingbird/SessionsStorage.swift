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
public struct SessionsStorage: Sendable {
    /// The session of the request; nil before the middleware.
    public internal(set) var session: Session?
    private let channel: (any Channel)?

    /// Creates the storage for a request of a server.
    public init(source: ApplicationRequestContextSource) {
        self.channel = source.channel
    }

    /// Creates the storage where there is no connection.
    public init() {
        self.channel = nil
    }

    func isOpen(by engine: SessionEngine) -> Bool {
        self.session?.belongs(to: engine) ?? false
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
            let hasTLS = try await current.eventLoop.submit {
                (try? current.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)) != nil
            }.get()
            if hasTLS { return true }
            channel = current.parent
        }
        return false
    }
}
#endif
