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
import ServiceLifecycle
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

/// What is true of the store when a client leaves or the server stops, over real sockets: the rows of the article *How
/// a response ends* that say more of Hummingbird than the rules of adapters do.
@Suite("Departures")
struct DepartureTests {
    private let store = FaultySessionStore(MemorySessionStore())
    private let engine: SessionEngine

    init() throws {
        self.engine = try SessionEngine(.stored(in: self.store))
    }

    private func router(_ routes: (RouterGroup<TestRequestContext>) -> Void) -> Router<TestRequestContext> {
        let router = Router(context: TestRequestContext.self)
        let group = router.group().add(middleware: SessionsMiddleware(self.engine))
        group.get("begin") { _, context in
            try context.session[.visits] += 1
            return "begun"
        }
        group.get("read") { _, context in try "\(context.session[.visits])" }
        routes(group)
        return router
    }

    /// Begins a session, leaves a request when its handler has begun, and reads the counter when it has ended.
    private func visitsAfterLeaving(
        _ path: String,
        _ hasBegun: Signal,
        _ hasLeft: Signal,
        _ hasEnded: Signal,
        _ router: Router<TestRequestContext>
    ) async throws -> String {
        let browser = TestBrowser()
        let request = { @Sendable (path: String) in
            var request = AdapterRequest(path: path)
            browser.addCookies(to: &request.headerFields, for: "https://localhost")
            return request
        }
        try await RunningServer.with(router) { server in
            let client = SocketClient(server)
            browser.receive(try await client.send(request("/begin")).headerFields, from: "https://localhost")
            try await client.abandon(request(path)) { await hasBegun.wait() }
            hasLeft.give()
            await hasEnded.wait()
            await client.close()
        }
        // The server has stopped, and so nothing is on its way any more.
        return try await RunningServer.with(router) { server in
            let client = SocketClient(server)
            let response = try await client.send(request("/read"))
            await client.close()
            return response.body
        }
    }

    @Test("what a client asked for that left before the head is done and stored")
    func beforeTheHead() async throws {
        let (hasBegun, hasLeft, hasEnded) = (Signal(), Signal(), Signal())
        let router = self.router { routes in
            routes.get("slow") { _, context in
                defer { hasEnded.give() }
                hasBegun.give()
                await hasLeft.wait()
                try context.session[.visits] += 1
                return "done"
            }
        }
        let visits = try await self.visitsAfterLeaving("/slow", hasBegun, hasLeft, hasEnded, router)
        #expect(visits == "2")
    }

    @Test("a handler that asks to be cancelled when its client leaves keeps what it saved, and no more")
    func cancelled() async throws {
        let (hasBegun, hasLeft, hasEnded) = (Signal(), Signal(), Signal())
        let router = self.router { routes in
            routes.get("slow") { request, context in
                defer { hasEnded.give() }
                let session = try context.session
                return try await request.body.consumeWithCancellationOnInboundClose { _ in
                    session[.visits] += 1
                    try await session.save()
                    session[.visits] += 1
                    hasBegun.give()
                    // No task gives this signal: only the cancellation ends the wait.
                    await Signal().wait()
                    try Task.checkCancellation()
                    return "done"
                }
            }
        }
        let visits = try await self.visitsAfterLeaving("/slow", hasBegun, hasLeft, hasEnded, router)
        #expect(visits == "2")
    }

    @Test("a stream without end ends when its client leaves, and what it set and did not save is dropped")
    func endlessStream() async throws {
        let (hasBegun, hasLeft, hasEnded) = (Signal(), Signal(), Signal())
        let router = self.router { routes in
            routes.get("stream") { _, context in
                let session = try context.session
                return Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        defer { hasEnded.give() }
                        session[.visits] += 1
                        try await session.save()
                        session[.visits] += 1
                        try await writer.write(ByteBuffer(string: "hello"))
                        hasBegun.give()
                        await hasLeft.wait()
                        while true { try await writer.write(ByteBuffer(repeating: 0x2E, count: 16_384)) }
                    }
                )
            }
        }
        let visits = try await self.visitsAfterLeaving("/stream", hasBegun, hasLeft, hasEnded, router)
        #expect(visits == "2")
    }

    @Test("a request that is under way at a graceful shutdown is answered over HTTP/1.1, with the cookie that it sets")
    func shutdownBeforeTheHead() async throws {
        let hasBegun = Signal()
        let router = self.router { routes in
            routes.get("slow") { _, context in
                hasBegun.give()
                await cancelWhenGracefulShutdown { await Signal().wait() }
                try context.session[.visits] += 1
                return "done"
            }
        }
        let store = self.store
        try await RunningServer.with(router) { server in
            let client = SocketClient(server)
            async let answer = client.send(AdapterRequest(path: "/slow"))
            await hasBegun.wait()
            await server.shutDown()
            let response = try await answer
            #expect(response.body == "done")
            #expect(response.headerFields[values: .setCookie].count == 1)
            #expect(store.count(of: .create) == 1)
            await client.close()
        }
    }

    @Test("a stream without end that heeds a graceful shutdown ends with it, and its response is whole")
    func shutdown() async throws {
        let hasBegun = Signal()
        let router = self.router { routes in
            routes.get("stream") { _, context in
                let session = try context.session
                return Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        hasBegun.give()
                        await cancelWhenGracefulShutdown { await Signal().wait() }
                        session[.visits] += 1
                        try await session.save()
                        try await writer.write(ByteBuffer(string: "over"))
                        try await writer.finish(nil)
                    }
                )
            }
        }
        let store = self.store
        try await RunningServer.with(router) { server in
            let client = SocketClient(server)
            let browser = TestBrowser()
            browser.receive(
                try await client.send(AdapterRequest(path: "/begin")).headerFields, from: "https://localhost")
            var request = AdapterRequest(path: "/stream")
            browser.addCookies(to: &request.headerFields, for: "https://localhost")
            let sent = request
            async let response = client.send(sent)
            await hasBegun.wait()
            await server.shutDown()
            let body = try await response.body
            #expect(body == "over")
            #expect(store.count(of: .replace) == 1)
            await client.close()
        }
    }
}

extension SessionKey<Int> {
    fileprivate static var visits: Self { .counter("visits") }
}
#endif
