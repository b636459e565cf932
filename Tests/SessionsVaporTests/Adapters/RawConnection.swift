//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import NIOCore
import NIOPosix

/// A connection that sends and receives text as it is.
enum RawConnection {
    private struct Incomplete: Error {}

    /// Sends a text on a new connection, and receives until the answer contains an end.
    static func exchange(_ text: String, with application: RunningApplication, until end: String) async throws -> String
    {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: application.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ""
            for try await part in inbound {
                answer += String(decoding: part.readableBytesView, as: Unicode.ASCII.self)
                if answer.contains(end) { return answer }
            }
            throw Incomplete()
        }
    }
}
#endif
