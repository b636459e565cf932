//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import NIOHTTP1
import Sessions
import SessionsTesting
import SessionsVapor
import Vapor

/// ``SessionEngineMiddleware`` as the rules of adapters want to see it: a server on a free port, over real sockets.
struct VaporAdapter: AdapterUnderTest {
    /// What a handler throws in order to answer.
    enum RefusalKind: Sendable {
        case abort, errorOfTheApplication
    }

    var refusals: RefusalKind = .abort
    var connection: RunningApplication.Connection = .http1

    func serve<Value: Sendable>(
        _ routes: [AdapterRoute],
        _ body: @escaping @Sendable (any AdapterClient) async throws -> Value
    ) async throws -> Value {
        let work = RunningWork()
        return try await RunningApplication.with(self.connection) { application in
            for route in routes { self.add(route, to: application, work) }
        } body: { application in
            let client = ApplicationClient(application)
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(client))
            } catch {
                result = .failure(error)
            }
            try await client.close()
            await work.end()
            return try result.get()
        }
    }

    private func add(_ route: AdapterRoute, to application: Application, _ work: RunningWork) {
        let middlewares = route.middlewares.map { middleware in
            SessionEngineMiddleware(
                middleware.engine,
                in: middleware.isSecond ? .preferences : .standard,
                isPassive: middleware.isPassive,
                onStoreFailure: middleware.onStoreFailure
            )
        }
        let path = PathComponent.constant(String(route.path.dropFirst()))
        let method = NIOHTTP1.HTTPMethod(rawValue: route.method.rawValue)
        application.grouped(middlewares).on(method, path) { request async throws -> Response in
            try await work.run { try await self.response(to: route, request, work) }
        }
    }

    private func response(to route: AdapterRoute, _ request: Request, _ work: RunningWork) async throws -> Response {
        let answer: AdapterHandlerResult
        do {
            answer = try await route.answer(
                try request.currentSession, second: try? request.currentSession(in: .preferences))
        } catch let refusal as AdapterHTTPError {
            switch self.refusals {
            case .abort:
                throw Abort(
                    HTTPResponseStatus(statusCode: refusal.status.code),
                    headers: HTTPHeaders(refusal.headerFields.map { ($0.name.rawName, $0.value) }),
                    reason: refusal.message
                )
            case .errorOfTheApplication:
                throw ApplicationError(refusal: refusal)
            }
        }
        var body = Response.Body.empty
        if let text = answer.text { body = Response.Body(string: text) }
        if let stream = answer.stream {
            body = Response.Body(managedAsyncStream: { writer in
                try await work.run {
                    for try await part in stream { try await writer.writeBuffer(ByteBuffer(string: part)) }
                }
            })
        }
        return Response(
            status: HTTPResponseStatus(statusCode: answer.status.code),
            headers: HTTPHeaders(answer.headerFields.map { ($0.name.rawName, $0.value) }),
            body: body
        )
    }
}

extension SessionSlot {
    /// Where the second of two sessions is kept.
    static let preferences = SessionSlot("preferences")
}

/// An error that is a response, of an application's own making.
private struct ApplicationError: AbortError {
    let refusal: AdapterHTTPError

    var status: HTTPResponseStatus { HTTPResponseStatus(statusCode: self.refusal.status.code) }
    var reason: String { self.refusal.message }
    var headers: HTTPHeaders { HTTPHeaders(self.refusal.headerFields.map { ($0.name.rawName, $0.value) }) }
}
#endif
