//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL
import SessionsTesting
import Vapor

/// A client that keeps its connections alive, and opens another when all are busy.
final class ApplicationClient: AdapterClient {
    private struct WrongVersion: Error {}

    private let application: RunningApplication
    private let client: HTTPClient

    init(_ application: RunningApplication) {
        var configuration = HTTPClient.Configuration(certificateVerification: .none)
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = application.connection == .http2 ? .automatic : .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        // Over HTTP/2, Vapor never ends a response whose body fails.
        if application.connection == .http2 { configuration.timeout.read = .seconds(20) }
        self.application = application
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    var address: String { "127.0.0.1" }
    var isSecure: Bool { self.application.connection != .http1 }

    func send(_ request: AdapterRequest) async throws -> AdapterResponse {
        let response = try await self.client.execute(self.request(request), timeout: .minutes(5))
        guard (response.version.major == 2) == (self.application.connection == .http2) else { throw WrongVersion() }
        var fields = HTTPFields()
        for (name, value) in response.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        let body = try await response.body.collect(upTo: 1_048_576)
        return AdapterResponse(
            status: HTTPResponse.Status(code: Int(response.status.code)),
            headerFields: fields,
            body: String(buffer: body)
        )
    }

    func abandon(_ request: AdapterRequest, when isTime: @escaping @Sendable () async -> Void) async throws {
        let sending = Task { try await self.send(request) }
        await isTime()
        sending.cancel()
        _ = await sending.result
    }

    func shutDown() async {
        self.application.shutDown()
    }

    func close() async throws {
        try await self.client.shutdown()
    }

    private func request(_ request: AdapterRequest) -> HTTPClientRequest {
        let scheme = self.isSecure ? "https" : "http"
        var result = HTTPClientRequest(url: "\(scheme)://\(self.address):\(self.application.port)\(request.path)")
        result.method = NIOHTTP1.HTTPMethod(rawValue: request.method.rawValue)
        for field in request.headerFields { result.headers.add(name: field.name.rawName, value: field.value) }
        return result
    }
}
#endif
