//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import HummingbirdTLS
import NIOCore
import ServiceLifecycle
import SessionsTesting
import TestSupport

/// A Hummingbird server on a free port, in a service group that a test can stop.
struct RunningServer: Sendable {
    let port: Int
    let isSecure: Bool
    private let services: ServiceGroup

    /// Runs a server while a body runs, and stops it gracefully.
    static func with<Value: Sendable>(
        _ router: Router<TestRequestContext>,
        isSecure: Bool = false,
        _ body: @escaping @Sendable (RunningServer) async throws -> Value
    ) async throws -> Value {
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router,
            server: isSecure ? try .tls(tlsConfiguration: TestCertificate.serverConfiguration()) : .http1(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in listening.yield(channel.localAddress?.port ?? 0) }
        )
        let services = ServiceGroup(configuration: .init(services: [application], logger: application.logger))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { listening.finish() }
                try await services.run()
            }
            var port = 0
            for await listened in ports {
                port = listened
                break
            }
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(RunningServer(port: port, isSecure: isSecure, services: services)))
            } catch {
                result = .failure(error)
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return try result.get()
        }
    }

    /// Begins to stop; what has begun is finished.
    func shutDown() async {
        await self.services.triggerGracefulShutdown()
    }
}
#endif
