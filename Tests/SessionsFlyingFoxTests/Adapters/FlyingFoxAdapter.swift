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
import Foundation
import HTTPTypes
import LogAudit
import Sessions
import SessionsFlyingFox
import SessionsTesting

/// ``SessionsMiddleware`` as the rules of adapters want to see it: a server on a free port, over real sockets.
struct FlyingFoxAdapter: AdapterUnderTest {
    func serve<Value: Sendable>(
        _ routes: [AdapterRoute],
        _ body: @escaping @Sendable (any AdapterClient) async throws -> Value
    ) async throws -> Value {
        try await RunningServer.with(self.handler(of: routes)) { server in
            let client = SocketClient(server)
            defer { client.close() }
            return try await body(client)
        }
    }

    private func handler(of routes: [AdapterRoute]) -> RoutedHTTPHandler {
        var handlers = RoutedHTTPHandler()
        for route in routes {
            var handler: any HTTPHandler = ClosureHTTPHandler { request in
                try await Self.response(to: request, from: route)
            }
            for middleware in route.middlewares.reversed() {
                handler = SessionsMiddleware(
                    middleware.engine,
                    in: middleware.isSecond ? Preferences.$session : SessionsMiddleware.$session,
                    isPassive: middleware.isPassive,
                    onStoreFailure: middleware.onStoreFailure,
                    logger: LogAudit.logger(),
                    handler: handler
                )
            }
            handlers.appendRoute(HTTPRoute(method: HTTPMethod(route.method.rawValue), path: route.path), to: handler)
        }
        return handlers
    }

    private static func response(
        to request: FlyingFox.HTTPRequest,
        from route: AdapterRoute
    ) async throws -> FlyingFox.HTTPResponse {
        let result: AdapterHandlerResult
        do {
            result = try await route.answer(try request.session, second: Preferences.session)
        } catch let error as AdapterHTTPError {
            throw HTTPRefusal(error.status, error.message, headerFields: error.headerFields)
        }
        var headers = HTTPHeaders()
        for field in result.headerFields { headers.addValue(field.value, for: HTTPHeader(field.name.rawName)) }
        let body =
            result.stream.map { HTTPBodySequence(from: BodyParts($0)) }
            ?? HTTPBodySequence(data: Data((result.text ?? "").utf8))
        let status = HTTPStatusCode(result.status.code, phrase: result.status.reasonPhrase)
        return FlyingFox.HTTPResponse(statusCode: status, headers: headers, body: body)
    }
}

/// Where the second of two sessions is kept.
enum Preferences {
    @TaskLocal static var session: Session?
}

/// The stream of a rule as FlyingFox sends it: each part is one chunk.
private struct BodyParts: AsyncBufferedSequence {
    typealias Element = UInt8
    private let stream: AdapterStream

    init(_ stream: AdapterStream) {
        self.stream = stream
    }

    func makeAsyncIterator() -> Iterator { Iterator(parts: self.stream.makeAsyncIterator()) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var parts: AdapterStream.Iterator

        mutating func next() async throws -> UInt8? { try await self.nextBuffer(suggested: 1)?.first }

        mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
            try await self.parts.next().map { Array($0.utf8) }
        }
    }
}
#endif
