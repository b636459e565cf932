//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOSSL
import SessionsTesting
import Synchronization

/// An HTTP/1 client that keeps its connections alive, and opens another when all are busy.
final class SocketClient: AdapterClient {
    private let server: RunningServer
    private let idle = Mutex<[TestClient]>([])

    init(_ server: RunningServer) {
        self.server = server
    }

    var address: String { "127.0.0.1" }
    var isSecure: Bool { self.server.isSecure }

    func send(_ request: AdapterRequest) async throws -> AdapterResponse {
        let connection = try self.idle.withLock { $0.popLast() } ?? self.connect()
        do {
            let response = try await connection.execute(self.request(request))
            self.idle.withLock { $0.append(connection) }
            return AdapterResponse(
                status: response.status,
                headerFields: response.headers,
                body: response.body.map { String(buffer: $0) } ?? ""
            )
        } catch {
            try? await connection.shutdown()
            throw error
        }
    }

    func abandon(_ request: AdapterRequest, when isTime: @escaping @Sendable () async -> Void) async throws {
        let connection = try self.connect()
        try await connection.executeAndDontWaitForResponse(self.request(request))
        await isTime()
        try await connection.shutdown()
    }

    func shutDown() async {
        await self.server.shutDown()
    }

    func close() async {
        let connections = self.idle.withLock { idle in
            defer { idle = [] }
            return idle
        }
        for connection in connections { try? await connection.shutdown() }
    }

    private func connect() throws -> TestClient {
        var tls: TLSConfiguration?
        if self.isSecure {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            tls = configuration
        }
        let configuration = TestClient.Configuration(tlsConfiguration: tls, serverName: "localhost")
        let client = TestClient(host: self.address, port: self.server.port, configuration: configuration)
        client.connect()
        return client
    }

    private func request(_ request: AdapterRequest) -> TestClient.Request {
        TestClient.Request(
            request.path, method: request.method, authority: "localhost", headers: request.headerFields)
    }
}
#endif
