//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore
import NIOPosix
import NIOSSL

extension RedisConfiguration {
    /// Opens a connection, with TLS if there is a context for it.
    ///
    /// - Parameter initialize: Adds handlers before the connection is made.
    func connect(
        on eventLoop: any EventLoop,
        security: NIOSSLContext?,
        _ initialize: @escaping @Sendable (any Channel) throws -> Void = { _ in }
    ) -> EventLoopFuture<any Channel> {
        let serverName = self.serverName
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(self.connectDeadline))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let security {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: security, serverHostname: serverName))
                    }
                    try initialize(channel)
                }
            }
        return switch self.address.kind {
        case .host(let host, let port): bootstrap.connect(host: host, port: port)
        case .unixSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
        }
    }
}
#endif
