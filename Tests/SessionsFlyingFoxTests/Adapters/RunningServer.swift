//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingFox
import FlyingSocks

/// A FlyingFox server on a free port.
struct RunningServer: Sendable {
    let port: UInt16
    private let server: HTTPServer

    /// Runs a server while a body runs, and waits until it has ended.
    static func with<Value: Sendable>(
        _ handler: any HTTPHandler,
        _ body: @escaping @Sendable (RunningServer) async throws -> Value
    ) async throws -> Value {
        // No handler of a test takes that long.
        let server = HTTPServer(
            address: try .inet(ip4: "127.0.0.1", port: 0), timeout: 300, logger: .disabled, handler: handler)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            // The run ends with the error of its cancellation.
            group.addTask { try? await server.run() }
            try await server.waitUntilListening()
            var port: UInt16 = 0
            if case .ip4(_, let listening)? = await server.listeningAddress { port = listening }
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(RunningServer(port: port, server: server)))
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            try await group.waitForAll()
            return try result.get()
        }
    }

    /// Begins to stop. What has begun is finished.
    ///
    /// FlyingFox then waits for the whole time, because its listening socket does not notice that it is closed. The
    /// cancellation of the run ends that.
    func shutDown() async {
        let server = self.server
        Task { await server.stop(timeout: 300) }
        while await server.isListening { await Task.yield() }
    }
}
#endif
