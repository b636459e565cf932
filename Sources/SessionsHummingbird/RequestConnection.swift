//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import NIOCore
import NIOSSL
import Sessions

/// The connection that a request came over, if it came over one.
struct RequestConnection: RemotePeer {
    let channel: (any Channel)?

    /// The address of the peer, without its port.
    var address: String? {
        self.channel?.remoteAddress?.ipAddress
    }

    /// Whether the server itself speaks TLS on this connection.
    ///
    /// Over TLS a request still says scheme `http`, so the connection is asked. A stream of HTTP/2 is a child of the
    /// channel that has the TLS handler.
    var isSecure: Bool {
        get async throws {
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
    }

    private static func hasTLS(_ channel: any Channel) -> Bool {
        (try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)) != nil
    }
}
#endif
