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
import LogAudit
import Sessions
import SessionsHummingbird
import SessionsTesting
import TestSupport
import Testing

@Suite("Coming from Express: the middleware")
struct MiddlewareTests {
    private struct Context: SessionsRequestContext {
        var coreContext: CoreRequestContextStorage
        var sessions: SessionsStorage

        init(source: Source) {
            self.coreContext = .init(source: source)
            self.sessions = .init(source: source)
        }
    }

    private static func count(_ session: Session) -> String {
        session[.views] += 1
        return "\(session[.views])"
    }

    /// Visits a server twice, which tells how often the browser has come.
    private func visit(_ add: (SessionEngine, Router<Context>) -> Void) async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        let router = Router(context: Context.self)
        add(engine, router)
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client in
            let browser = TestBrowser()
            for expected in 1...2 {
                var fields = HTTPFields()
                browser.addCookies(to: &fields, for: "https://example.com/")
                let response = try await client.executeRequest(uri: "/", method: .get, headers: fields, body: nil)
                browser.receive(response.headers, from: "https://example.com/")
                #expect(String(buffer: response.body) == "\(expected)")
                #expect(response.headers[values: .setCookie].count == (expected == 1 ? 1 : 0))
            }
        }
    }

    @Test("req.session: the session of the request's context")
    func session() async throws {
        try await self.visit { engine, router in
            router.add(middleware: SessionsMiddleware(engine))
            router.get { _, context in try Self.count(context.session) }
        }
    }

    @Test("the middleware twice on one route: the inner one does nothing")
    func nestedMiddleware() async throws {
        try await self.visit { engine, router in
            router.add(middleware: SessionsMiddleware(engine))
            router.add(middleware: SessionsMiddleware(engine))
            router.get { _, context in try Self.count(context.session) }
        }
    }
}
#endif
