//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingSocks
import HTTPTypes
import SessionsTesting
import Synchronization

/// An HTTP/1 client that keeps its connections alive, and opens another when all are busy.
final class SocketClient: AdapterClient {
    private let server: RunningServer
    private let idle = Mutex<[SocketConnection]>([])

    init(_ server: RunningServer) {
        self.server = server
    }

    var address: String { "127.0.0.1" }
    /// FlyingFox has no TLS.
    var isSecure: Bool { false }

    func send(_ request: AdapterRequest) async throws -> AdapterResponse {
        let idle = self.idle.withLock { $0.popLast() }
        var connection = if let idle { idle } else { try await self.connect() }
        do {
            try await connection.send(request)
            let response = try await connection.receive(responseTo: request)
            self.idle.withLock { $0.append(connection) }
            return response
        } catch {
            connection.close()
            throw error
        }
    }

    func abandon(_ request: AdapterRequest, when isTime: @escaping @Sendable () async -> Void) async throws {
        let connection = try await self.connect()
        defer { connection.close() }
        try await connection.send(request)
        await isTime()
    }

    func shutDown() async {
        await self.server.shutDown()
    }

    func close() {
        let connections = self.idle.withLock { idle in
            defer { idle = [] }
            return idle
        }
        for connection in connections { connection.close() }
    }

    private func connect() async throws -> SocketConnection {
        SocketConnection(try await AsyncSocket.connected(to: .inet(ip4: self.address, port: self.server.port)))
    }
}
#endif
