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
import ServiceLifecycle
import Sessions
import SessionsHummingbird
import SessionsTesting
import Synchronization

/// ``SessionsMiddleware`` as the rules of adapters want to see it: a server on a free port, over real sockets.
struct HummingbirdAdapter: AdapterUnderTest {
    /// What a handler throws in order to answer.
    enum RefusalKind: Sendable {
        case httpError, errorOfTheApplication
    }

    var refusals: RefusalKind = .httpError
    /// Whether the server speaks TLS.
    var isSecure = false

    func serve<Value: Sendable>(
        _ routes: [AdapterRoute],
        _ body: @escaping @Sendable (any AdapterClient) async throws -> Value
    ) async throws -> Value {
        try await RunningServer.with(self.router(routes), isSecure: self.isSecure) { server in
            let client = SocketClient(server)
            do {
                let value = try await body(client)
                await client.close()
                return value
            } catch {
                await client.close()
                throw error
            }
        }
    }

    private func router(_ routes: [AdapterRoute]) -> Router<TestRequestContext> {
        let router = Router(context: TestRequestContext.self)
        for route in routes {
            let group = router.group()
            for middleware in route.middlewares {
                group.add(
                    middleware: SessionsMiddleware(
                        middleware.engine,
                        in: middleware.isSecond ? \.preferences : \.sessions,
                        isPassive: middleware.isPassive,
                        onStoreFailure: middleware.onStoreFailure
                    )
                )
            }
            group.on(RouterPath(route.path), method: route.method) { _, context in
                try await self.response(to: route, context)
            }
        }
        return router
    }

    private func response(to route: AdapterRoute, _ context: TestRequestContext) async throws -> Response {
        let answer: AdapterHandlerResult
        do {
            answer = try await route.answer(try context.session, second: context.preferences.openSession)
        } catch let refusal as AdapterHTTPError {
            switch self.refusals {
            case .httpError:
                throw HTTPError(refusal.status, headers: refusal.headerFields, message: refusal.message)
            case .errorOfTheApplication:
                throw ApplicationError(refusal: refusal)
            }
        }
        var body = ResponseBody()
        if let text = answer.text { body = ResponseBody(byteBuffer: ByteBuffer(string: text)) }
        if let stream = answer.stream {
            body = ResponseBody { writer in
                for try await part in stream { try await writer.write(ByteBuffer(string: part)) }
                try await writer.finish(nil)
            }
        }
        return Response(status: answer.status, headers: answer.headerFields, body: body)
    }
}

/// An error that is a response, of an application's own making.
private struct ApplicationError: HTTPResponseError {
    let refusal: AdapterHTTPError

    var status: HTTPResponse.Status { self.refusal.status }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        Response(
            status: self.refusal.status,
            headers: self.refusal.headerFields,
            body: ResponseBody(byteBuffer: ByteBuffer(string: self.refusal.message))
        )
    }
}
#endif
