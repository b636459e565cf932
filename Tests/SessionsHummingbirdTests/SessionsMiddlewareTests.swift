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
import HummingbirdHTTP2
import HummingbirdTLS
import HummingbirdTesting
import LogAudit
import Sessions
import SessionsHummingbird
import SessionsTesting
import TestSupport
import Testing

extension SessionKey<Int> {
    static var views: Self { .counter("views") }
}

@Suite("SessionsMiddleware")
struct SessionsMiddlewareTests {
    private static let anyPort = ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0))

    /// Runs a server with routes of a test's own, in the server and over a socket alike.
    private func serve(
        _ framework: TestingSetup = .router,
        configuration: SessionConfiguration = SessionConfiguration(),
        routes: (Router<TestRequestContext>) -> Void,
        _ test: @escaping @Sendable (BrowsingClient) async throws -> Void
    ) async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()), configuration: configuration)
        let router = Router(context: TestRequestContext.self)
        router.add(middleware: SessionsMiddleware(engine))
        routes(router)
        try await Application(router: router, configuration: Self.anyPort, logger: LogAudit.logger())
            .test(framework) { client in
                try await test(BrowsingClient(client: client))
            }
    }

    @Test("a counter counts, over a real socket", arguments: [TestingSetup.router, .live])
    func counter(framework: TestingSetup) async throws {
        try await self.serve(framework) { router in
            router.get { _, context in
                try context.session[.views] += 1
                return try "\(context.session[.views])"
            }
        } _: { browser in
            for expected in 1...3 {
                let response = try await browser.send("/")
                #expect(response.text == "\(expected)")
                #expect(response.headers[.vary] == "Cookie")
                #expect(response.headers[.cacheControl] == "no-store")
                #expect(response.headers[values: .setCookie].count == (expected == 1 ? 1 : 0))
            }
        }
    }

    @Test("an error of a handler that did not use its session is the same error")
    func unrelatedError() async throws {
        try await self.serve { router in
            router.get { _, _ -> String in throw HTTPError(.conflict) }
        } _: { browser in
            let response = try await browser.send("/")
            #expect(response.status == .conflict)
            #expect(response.headers[.vary] == nil)
        }
    }

    @Test("a session can be saved while its body is streamed; what needs a header then says so")
    func streaming() async throws {
        try await self.serve(.live) { router in
            router.get("begin") { _, context in
                try context.session[.views] += 1
                return "begun"
            }
            router.get("stream") { _, context -> Response in
                let session = try context.session
                return Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        try await writer.write(ByteBuffer(string: "first "))
                        session[.views] += 1
                        do {
                            try await session.save()
                            try await writer.write(ByteBuffer(string: "saved "))
                        } catch let error as SessionError {
                            try await writer.write(ByteBuffer(string: "\(error.code) "))
                        }
                        for operation in [session.renew, session.regenerate, session.remember] {
                            do {
                                try await operation()
                            } catch let error as SessionError {
                                try await writer.write(ByteBuffer(string: "\(error.code) "))
                            }
                        }
                        try await writer.finish(nil)
                    }
                )
            }
            router.get("read") { _, context in try "\(context.session[.views])" }
        } _: { browser in
            #expect(
                try await browser.send("/stream").text
                    == "first response_started response_started response_started response_started "
            )
            #expect(browser.browser.cookies.isEmpty)
            try await browser.send("/begin")
            #expect(
                try await browser.send("/stream").text
                    == "first saved response_started response_started response_started "
            )
            #expect(try await browser.send("/read").text == "2")
        }
    }

    @Test("two kinds of sessions live side by side, each with a cookie and a life of its own")
    func sideBySide() async throws {
        let logins = try SessionEngine(.stored(in: MemorySessionStore()))
        var configuration = SessionConfiguration()
        configuration.cookie.name = "__Host-preferences"
        let preferences = try SessionEngine(.stored(in: MemorySessionStore()), configuration: configuration)
        let router = Router(context: TestRequestContext.self)
        router.add(middleware: SessionsMiddleware(logins))
        router.add(middleware: SessionsMiddleware(preferences, in: \.preferences))
        router.get("both") { _, context -> String in
            try context.session[.views] += 1
            try context.preferences.session[.views] += 10
            return try "\(context.session[.views]) \(context.preferences.session[.views])"
        }
        router.get("logout") { _, context -> String in
            try await context.session.logOut()
            throw HTTPError(.unauthorized)
        }
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client in
            let browser = BrowsingClient(client: client)
            let first = try await browser.send("/both")
            #expect(first.text == "1 10")
            #expect(first.headers[values: .setCookie].count == 2)
            #expect(first.headers[values: .vary] == ["Cookie"])
            #expect(try await browser.send("/both").text == "2 20")
            try await browser.send("/logout")
            #expect(browser.browser.cookies.map(\.name) == ["__Host-preferences"])
            #expect(try await browser.send("/both").text == "1 30")
        }
    }

    @Test("over plain HTTP the development preset works")
    func development() async throws {
        try await self.serve(.live, configuration: .development) { router in
            router.get { _, context in
                try context.session[.views] += 1
                return try "\(context.session[.views])"
            }
        } _: { secure in
            var browser = BrowsingClient(client: secure.client)
            browser.origin = "http://localhost"
            let response = try await browser.send("/")
            #expect(response.headers[.setCookie]?.contains("Secure") == false)
            #expect(try await browser.send("/").text == "2")
        }
    }

    @Test("an auto cookie is Secure where the server itself speaks TLS", arguments: [1, 2])
    func ownTLS(version: Int) async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()), configuration: .development)
        let router = Router(context: TestRequestContext.self)
        router.add(middleware: SessionsMiddleware(engine))
        router.get { _, context in
            try context.session[.views] += 1
            return try "\(context.session[.views])"
        }
        let tls = try TestCertificate.serverConfiguration()
        let application = Application(
            router: router,
            server: try version == 1 ? .tls(tlsConfiguration: tls) : .http2Upgrade(tlsConfiguration: tls),
            configuration: Self.anyPort,
            logger: LogAudit.logger()
        )
        try await application.test(.ahc(.https)) { client in
            let browser = BrowsingClient(client: client)
            let response = try await browser.send("/")
            #expect(response.headers[.setCookie]?.contains("Secure") == true)
            #expect(try await browser.send("/").text == "2")
        }
    }

    @Test("64 clients count 100 times each in one session over a real socket: 6,400")
    func sixtyFourClients() async throws {
        try await self.serve(.live) { router in
            router.post { _, context in
                try context.session[.views] += 1
                return try "\(context.session[.views])"
            }
        } _: { browser in
            try await browser.send("/", method: .post)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        for _ in 0..<100 {
                            let response = try await browser.send("/", method: .post)
                            #expect(response.status == .ok)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await browser.send("/", method: .post).text == "6402")
        }
    }

    @Test("context.session without the middleware is an error that names the missing line, and the process goes on")
    func missingMiddleware() async throws {
        let router = Router(context: TestRequestContext.self)
        router.get { _, context in
            do {
                return try "\(context.session.isNew)"
            } catch let error as SessionError {
                #expect(error.code == .configuration)
                #expect(error.message.contains("router.add(middleware: SessionsMiddleware(engine))"))
                throw error
            }
        }
        try await Application(router: router).test(.router) { client in
            let response = try await client.executeRequest(uri: "/", method: .get, headers: [:], body: nil)
            #expect(response.status == .internalServerError)
        }
    }
}
#endif
