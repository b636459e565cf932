//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingFox
import Foundation
import HTTPTypes
import LogAudit
import Sessions
import SessionsFlyingFox
import SessionsTesting

/// The application of the article *FlyingFox*, without sockets, as it is behind a proxy with TLS.
struct FlyingFoxHarness: Sendable {
    static let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"

    let clock = ManualClock()
    let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
    let engine: SessionEngine
    let handler: RoutedHTTPHandler

    /// - Parameters:
    ///   - backend: The backend. The default is one with ``store``, which lists no sessions.
    ///   - addRoutes: Adds the routes of a test.
    ///   - refusals: The application's own responses to session errors.
    init(
        _ backend: SessionBackend? = nil,
        addRoutes: (inout RoutedHTTPHandler) throws -> Void = { _ in },
        refusals: SessionsMiddleware.Refusals? = nil
    ) throws {
        var configuration = SessionConfiguration.forTests()
        configuration.clock = self.clock.sessionClock
        configuration.trustedProxies = .count(1)
        configuration.allowsImpersonation = { $0.actor == "ada" }
        self.engine = try SessionEngine(
            backend ?? .stored(in: self.store), configuration: configuration)
        var routes = makeRoutes()
        routes.appendRoute("POST /login/:user") { (request: FlyingFox.HTTPRequest, user: String) in
            try await request.session.logIn(user, methods: [.password])
            return HTTPResponse(statusCode: .ok)
        }
        try addGuardedRoutes(to: &routes)
        addActiveSessionsPage(to: &routes)
        addForm(to: &routes)
        try addRoutes(&routes)
        var handler = RoutedHTTPHandler()
        let application = makeHandler(self.engine, routes) { User(id: $0, name: $0.uppercased()) }
        let outer = SessionsMiddleware(
            self.engine, logger: LogAudit.logger(), refusals: refusals, handler: application)
        handler.appendRoute("*", to: outer)
        self.handler = handler
    }

    /// A browser without cookies.
    func browser() -> FlyingFoxBrowser {
        FlyingFoxBrowser(handler: self.handler, browser: TestBrowser(clock: self.clock.sessionClock))
    }

    /// A browser in which a user is logged in.
    func browser(of user: String) async throws -> FlyingFoxBrowser {
        let browser = self.browser()
        try await browser.send(.POST, "/login/\(user)", [.origin: FlyingFoxBrowser.origin, .userAgent: Self.firefox])
        return browser
    }
}

/// A browser in front of a handler.
struct FlyingFoxBrowser: Sendable {
    static let origin = "https://example.com"

    let handler: RoutedHTTPHandler
    let browser: TestBrowser

    /// Sends a request. An error of the handler is thrown, where FlyingFox answers 500.
    @discardableResult
    func send(
        _ method: FlyingFox.HTTPMethod,
        _ path: String,
        _ fields: HTTPFields = [:],
        body: String = ""
    ) async throws -> FlyingFoxReply {
        var fields = fields
        self.browser.addCookies(to: &fields, for: Self.origin + path)
        fields[.forwardedProtocol] = "https"
        let reply = try await FlyingFoxReply(of: self.handler, to: method, path, fields, body: body)
        self.browser.receive(reply.fields, from: Self.origin + path)
        return reply
    }

    /// Sends a form of the application's own page.
    @discardableResult
    func post(_ form: String, to path: String) async throws -> FlyingFoxReply {
        let fields: HTTPFields = [
            .origin: Self.origin, .contentType: "application/x-www-form-urlencoded",
        ]
        return try await self.send(.POST, path, fields, body: form)
    }
}

/// A response of FlyingFox.
struct FlyingFoxReply: Sendable {
    let status: Int
    let fields: HTTPFields
    let text: String
    let response: FlyingFox.HTTPResponse

    /// The response of a handler to a request. An error of the handler is thrown.
    init(
        of handler: RoutedHTTPHandler,
        to method: FlyingFox.HTTPMethod,
        _ path: String,
        _ fields: HTTPFields,
        body: String
    ) async throws {
        var headers: HTTPHeaders = [.host: "example.com"]
        for field in fields { headers.addValue(field.value, for: HTTPHeader(field.name.rawName)) }
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let request = FlyingFox.HTTPRequest(
            method: method,
            version: .http11,
            target: .init(path: parts[0], query: parts.count > 1 ? parts[1] : ""),
            headers: headers,
            body: HTTPBodySequence(data: Data(body.utf8)),
            remoteAddress: .ip4("192.0.2.7", port: 1)
        )
        self.response = try await handler.handleRequest(request)
        var received = HTTPFields()
        for (header, value) in self.response.headers {
            if let name = HTTPField.Name(header.rawValue) { received.append(HTTPField(name: name, value: value)) }
        }
        LogAudit.noteTokens(in: received)
        self.status = self.response.statusCode.code
        self.fields = received
        self.text = String(decoding: try await self.response.bodyData, as: UTF8.self)
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
