//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import LogAudit
import Logging
import NIOCore
import NIOSSL
import TestSupport
import Vapor

/// A Vapor application on a free port.
struct RunningApplication: Sendable {
    /// How clients talk to it.
    enum Connection: Sendable {
        case http1, http1OverTLS, http2
    }

    let application: Application
    let connection: Connection
    let port: Int

    /// Runs an application while a body runs, and waits until it has ended.
    static func with<Value: Sendable>(
        _ connection: Connection = .http1,
        _ configure: (Application) throws -> Void,
        body: (RunningApplication) async throws -> Value
    ) async throws -> Value {
        // Not the environment for tests, which reads the arguments of the test program.
        let application = try await Application.make(Environment(name: "testing", arguments: ["vapor"]))
        application.logger = LogAudit.logger()
        // At the level trace, Vapor logs cookies.
        application.logger.logLevel = .debug
        let result: Result<Value, any Error>
        do {
            application.http.server.configuration.address = .hostname("127.0.0.1", port: 0)
            application.http.server.configuration.logger = LogAudit.logger()
            // No handler of a test takes that long.
            application.http.server.configuration.shutdownTimeout = .minutes(5)
            if connection != .http1 {
                application.http.server.configuration.tlsConfiguration = try TestCertificate.serverConfiguration()
                application.http.server.configuration.supportVersions = connection == .http2 ? [.one, .two] : [.one]
            }
            try configure(application)
            try await application.server.start(address: nil)
            let port = application.http.server.shared.localAddress?.port ?? 0
            let running = RunningApplication(application: application, connection: connection, port: port)
            result = .success(try await body(running))
        } catch {
            result = .failure(error)
        }
        await application.server.shutdown()
        try await application.asyncShutdown()
        return try result.get()
    }

    /// Begins to stop. What has begun is finished.
    func shutDown() {
        let server = self.application.server
        Task { await server.shutdown() }
    }
}
#endif
