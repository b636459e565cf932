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

/// The connection of a request, if it has one.
struct RequestConnection: RemotePeer {
    let channel: (any Channel)?

    /// The address of the peer, without the port.
    var address: String? {
        self.channel?.remoteAddress?.ipAddress
    }

    /// Whether this server terminates TLS on this connection.
    ///
    /// A request over TLS still has the scheme `http`, so the channel's pipeline is checked. An HTTP/2 stream is a
    /// child of the channel that has the TLS handler.
    var isSecure: Bool {
        get async throws {
            var channel = self.channel
            while let current = channel {
                // A handler usually runs on the event loop of its connection, and then needs no hop.
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
