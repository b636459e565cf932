//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
import Logging
public import Sessions

/// An application with sessions and without HTTP: an engine, and a visitor with five values.
public struct Harness: Sendable {
    let engine: SessionEngine
    private let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }

    public init(_ backend: SessionBackend, configuration: SessionConfiguration = SessionConfiguration()) throws {
        self.engine = try SessionEngine(backend, configuration: configuration)
    }

    /// A request with a cookie, or without one.
    public static func request(cookie: String? = nil) -> SessionRequest {
        var fields: HTTPFields = [
            .accept: "text/html", .acceptLanguage: "en", .userAgent: "benchmark", .acceptEncoding: "gzip",
        ]
        if let cookie { fields[.cookie] = cookie }
        return SessionRequest(headerFields: fields, isSecure: true)
    }

    /// Opens a session, runs the handler, and closes it.
    @discardableResult
    public func visit(_ request: SessionRequest, _ handler: (Session) async throws -> Void = { _ in }) async throws
        -> HTTPFields
    {
        let session = try await self.engine.open(request, logger: self.logger)
        try await handler(session)
        // The handler sets no fields, so that their cost is not measured.
        var response = HTTPFields()
        try await self.engine.close(session, response: &response)
        return response
    }

    /// Sets five values of several kinds.
    public static func remember(in session: Session) {
        session[.views] = 7
        session[.theme] = "dark"
        session[.language] = "en-GB"
        session[.cart] = [1021, 88, 4711]
        session[.isBeta] = true
    }

    /// The request of a visitor with a session.
    public func knownVisitor() async throws -> SessionRequest {
        try await self.visitor(Self.remember)
    }

    /// The request of a visitor with a session that has the given values.
    public func visitor(_ remember: (Session) -> Void) async throws -> SessionRequest {
        let response = try await self.visit(Self.request()) { remember($0) }
        let field = response[.setCookie] ?? ""
        return Self.request(cookie: String(field.prefix { $0 != ";" }))
    }
}

extension SessionKey<Int> {
    public static var views: Self { .counter("views") }
}

extension SessionKey<String?> {
    static var theme: Self { .init("theme") }
    static var language: Self { .init("language") }
}

extension SessionKey<[Int]> {
    static var cart: Self { .init("cart", default: []) }
}

extension SessionKey<Bool> {
    static var isBeta: Self { .init("isBeta", default: false) }
}
