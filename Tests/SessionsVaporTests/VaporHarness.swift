//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import LogAudit
import NIOCore
import NIOHTTP1
import Sessions
import SessionsTesting
import SessionsVapor
import Vapor

/// An application without sockets, as it is behind a proxy with TLS.
struct VaporHarness: Sendable {
    static let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"

    let application: Application
    let clock: ManualClock

    /// Runs a test with an application.
    static func with<Value>(
        clock: ManualClock = ManualClock(),
        _ configure: (Application) throws -> Void,
        body: (VaporHarness) async throws -> Value
    ) async throws -> Value {
        let application = try await Application.make(Environment(name: "testing", arguments: ["vapor"]))
        application.logger = LogAudit.logger()
        let value: Value
        do {
            try configure(application)
            value = try await body(VaporHarness(application: application, clock: clock))
        } catch {
            try await application.asyncShutdown()
            throw error
        }
        try await application.asyncShutdown()
        return value
    }

    /// A browser without cookies.
    func browser() -> VaporBrowser {
        VaporBrowser(application: self.application, browser: TestBrowser(clock: self.clock.sessionClock))
    }

    /// A browser in which a user is logged in.
    func browser(of user: String) async throws -> VaporBrowser {
        let browser = self.browser()
        try await browser.send(.POST, "/login", [.origin: VaporBrowser.origin, .userAgent: Self.firefox], body: user)
        return browser
    }
}

/// The application of the article *Vapor*, whose login takes the name of the user as the body.
struct GuideApplication: Sendable {
    let clock = ManualClock()
    let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
    let engine: SessionEngine

    /// - Parameter backend: The backend. The default is one with ``store``, which lists no sessions.
    init(_ backend: SessionBackend? = nil) throws {
        var configuration = SessionConfiguration.forTests()
        configuration.clock = self.clock.sessionClock
        configuration.trustedProxies = .count(1)
        self.engine = try SessionEngine(
            backend ?? .stored(in: self.store), configuration: configuration)
    }

    /// - Parameter addOtherRoutes: Adds the routes of a test.
    func run(
        addOtherRoutes: (Application) throws -> Void = { _ in },
        _ body: (VaporHarness) async throws -> Void
    ) async throws {
        try await VaporHarness.with(clock: self.clock) { app in
            addMiddlewares(self.engine, to: app) { User(id: $0, name: $0.uppercased()) }
            addRoutes(to: app)
            addLogin(to: app) { request in
                request.body.string.map { User(id: $0, name: $0.uppercased()) }
            }
            try addGuardedRoutes(to: app)
            addActiveSessionsPage(to: app)
            addForm(to: app)
            addSocket(to: app)
            try addOtherRoutes(app)
        } body: { harness async throws in
            try await body(harness)
        }
    }
}

/// A browser in front of an application.
struct VaporBrowser: Sendable {
    static let origin = "https://example.com"

    let application: Application
    let browser: TestBrowser

    /// Sends a request.
    @discardableResult
    func send(
        _ method: NIOHTTP1.HTTPMethod,
        _ path: String,
        _ fields: HTTPFields = [:],
        body: String? = nil
    ) async throws -> VaporReply {
        var fields = fields
        self.browser.addCookies(to: &fields, for: Self.origin + path)
        fields[.forwardedProtocol] = "https"
        let reply = try await VaporReply(of: self.application, to: method, path, fields, body: body)
        self.browser.receive(reply.fields, from: Self.origin + path)
        return reply
    }

    /// Sends a form of the application's own page.
    @discardableResult
    func post(_ form: String, to path: String) async throws -> VaporReply {
        let fields: HTTPFields = [.origin: Self.origin, .contentType: "application/x-www-form-urlencoded"]
        return try await self.send(.POST, path, fields, body: form)
    }
}

/// A response of Vapor, with its body also for HEAD.
struct VaporReply: Sendable {
    let status: Int
    let fields: HTTPFields
    let text: String
    let request: Request
    let response: Response

    /// The response of an application to a request.
    init(
        of application: Application,
        to method: NIOHTTP1.HTTPMethod,
        _ path: String,
        _ fields: HTTPFields,
        body: String?
    ) async throws {
        var headers: HTTPHeaders = ["Host": "example.com"]
        for field in fields { headers.add(name: field.name.rawName, value: field.value) }
        self.request = Request(
            application: application,
            method: method,
            url: URI(string: path),
            headers: headers,
            collectedBody: body.map { ByteBuffer(string: $0) },
            remoteAddress: try SocketAddress(ipAddress: "192.0.2.7", port: 1),
            logger: LogAudit.logger(),
            on: application.eventLoopGroup.next()
        )
        self.response = try await application.responder.respond(to: self.request).get()
        var received = HTTPFields()
        for (name, value) in self.response.headers {
            if let name = HTTPField.Name(name) { received.append(HTTPField(name: name, value: value)) }
        }
        LogAudit.noteTokens(in: received)
        self.status = Int(self.response.status.code)
        self.fields = received
        self.text =
            try await self.response.body.collect(on: self.request.eventLoop).get().map { String(buffer: $0) } ?? ""
    }
}

extension HTTPField.Name {
    /// What a proxy says of the connection.
    static var forwardedProtocol: Self { Self("X-Forwarded-Proto") ?? .origin }
}

extension HTTPFields {
    /// The header fields that a browser sends for a page.
    static let ofBrowser: HTTPFields = [.accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]
}
#endif
