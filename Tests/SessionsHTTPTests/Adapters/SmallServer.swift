//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsTesting
import Synchronization

/// A server and its only client, which opens another connection when those that are open are busy.
final class SmallServer: AdapterClient {
    private let routes: [AdapterRoute]
    private let defect: AdapterDefect?
    private let middleware: @Sendable (AdapterMiddleware) -> any SmallMiddleware
    private let idle = Mutex<[SmallConnection]>([])
    private let lastSession = Mutex<Session?>(nil)
    private let running = Mutex<[Task<AdapterResponse, any Error>]>([])

    /// - Parameters:
    ///   - routes: The routes.
    ///   - defect: The mistake of the server, or none.
    ///   - middleware: Makes a middleware of the adapter.
    init(
        _ routes: [AdapterRoute],
        _ defect: AdapterDefect? = nil,
        _ middleware: @escaping @Sendable (AdapterMiddleware) -> any SmallMiddleware
    ) {
        self.routes = routes
        self.defect = defect
        self.middleware = middleware
    }

    /// Serves while a body runs, and until everything that has begun has ended.
    func run<Value: Sendable>(_ body: @Sendable (any AdapterClient) async throws -> Value) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(self))
        } catch {
            result = .failure(error)
        }
        await self.finish()
        return try result.get()
    }

    var address: String { SmallConnection.address }
    var isSecure: Bool { SmallConnection.isSecure }

    func send(_ request: AdapterRequest) async throws -> AdapterResponse {
        try await self.start(request).value
    }

    func abandon(_ request: AdapterRequest, when isTime: @escaping @Sendable () async -> Void) async throws {
        let task = self.start(request)
        await isTime()
        task.cancel()
    }

    func shutDown() async {
        guard self.defect == .shutdownCancels else { return }
        for task in self.running.withLock({ $0 }) { task.cancel() }
    }

    /// Waits for everything that has begun.
    private func finish() async {
        for task in self.running.withLock({ $0 }) { _ = await task.result }
    }

    private func start(_ request: AdapterRequest) -> Task<AdapterResponse, any Error> {
        let connection = self.idle.withLock { $0.popLast() } ?? SmallConnection()
        let task = Task {
            defer { self.idle.withLock { $0.append(connection) } }
            return try await self.respond(to: request, over: connection)
        }
        self.running.withLock { $0.append(task) }
        return task
    }

    private func respond(to request: AdapterRequest, over connection: SmallConnection) async throws -> AdapterResponse {
        guard let route = self.routes.first(where: { $0.path == request.path && $0.method == request.method }) else {
            return AdapterResponse(status: .notFound, headerFields: [:])
        }
        let context = SmallContext(request: request, connection: connection)
        do {
            return try await self.send(try await self.pass(route.middlewares[...], to: route, context))
        } catch let error as SmallHTTPError {
            return AdapterResponse(status: error.status, headerFields: error.headerFields, body: error.message)
        } catch let error as SmallFailure {
            return AdapterResponse(status: .internalServerError, headerFields: error.headerFields)
        } catch is BrokenStream where self.defect == .brokenStreamsAreTriedAgain && !Task.isCancelled {
            return try await self.send(try await self.pass(route.middlewares[...], to: route, context))
        } catch let broken as BrokenStream {
            throw broken
        } catch {
            return AdapterResponse(status: .internalServerError, headerFields: [:])
        }
    }

    private struct BrokenStream: Error {}

    /// The head leaves, and then the body.
    private func send(_ response: SmallResponse) async throws -> AdapterResponse {
        let sent = SentBody()
        if let stream = response.stream {
            let isCareless = self.defect == .streamsAreCancelled
            let task = Task {
                try await stream { part in
                    if !isCareless { try Task.checkCancellation() }
                    sent.append(part)
                }
            }
            if isCareless { task.cancel() }
            do {
                try await withTaskCancellationHandler {
                    try await task.value
                } onCancel: {
                    task.cancel()
                }
            } catch {
                throw BrokenStream()
            }
        }
        return AdapterResponse(
            status: response.status, headerFields: response.headerFields, body: response.text ?? sent.text)
    }

    /// Through the middlewares to the handler.
    private func pass(
        _ middlewares: ArraySlice<AdapterMiddleware>,
        to route: AdapterRoute,
        _ context: SmallContext
    ) async throws -> SmallResponse {
        guard let middleware = middlewares.first else { return try await self.handle(route, context) }
        return try await self.middleware(middleware).handle(context) { context in
            try await self.pass(middlewares.dropFirst(), to: route, context)
        }
    }

    private func handle(_ route: AdapterRoute, _ context: SmallContext) async throws -> SmallResponse {
        guard let session = context.session else { preconditionFailure("No middleware opened a session.") }
        self.lastSession.withLock { $0 = session }
        let isShared = self.defect == .requestsShareASession
        do {
            return SmallResponse(
                try await route.answer(
                    isShared ? self.lastSession.withLock { $0 } ?? session : session,
                    second: context.second
                )
            )
        } catch let refusal as AdapterHTTPError {
            throw SmallHTTPError(
                status: refusal.status, headerFields: refusal.headerFields, message: refusal.message)
        }
    }
}
