//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
import Sessions
import SessionsTesting
import Testing

@Suite("The cookie transport of an engine")
struct CookieTransportTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func engine(
        _ transport: CookieTransport,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> SessionEngine {
        var configuration = SessionConfiguration()
        configure(&configuration)
        return try SessionEngine(
            .stored(in: MemorySessionStore()), configuration: configuration, transports: [transport, BearerTransport()])
    }

    @Test("a transport of another configuration's cookie is refused, in words that say what to write")
    func mismatch() throws {
        let error = #expect(throws: SessionError.self) { try self.engine(CookieTransport(.development)) }
        #expect(error?.code == .configuration)
        #expect(
            error?.message.contains(
                """
                The CookieTransport was made with another configuration: its cookie is "session" with Path=/; Secure; \
                HttpOnly; SameSite=Lax; Priority=High, and that of the engine is "__Host-session" with Path=/; Secure; HttpOnly; \
                SameSite=Lax; Priority=High. Write CookieTransport(), which takes the engine's configuration.
                """
            ) == true)
        #expect(throws: SessionError.self) {
            try self.engine(CookieTransport(SessionConfiguration())) { $0.cookie.sameSite = .strict }
        }
        #expect(throws: SessionError.self) {
            try self.engine(CookieTransport(SessionConfiguration())) { $0.cookieForRequest = { _ in .standard } }
        }
        var byRequest = SessionConfiguration()
        byRequest.cookieForRequest = { _ in .standard }
        #expect(throws: SessionError.self) { try self.engine(CookieTransport(byRequest)) }
        _ = try self.engine(CookieTransport(SessionConfiguration()))
    }

    @Test("a transport that is given no configuration has that of its engine, cookies by request included")
    func usesEngineConfiguration() async throws {
        for byRequest in [false, true] {
            let engine = try self.engine(CookieTransport()) { configuration in
                let cookie = SessionCookie(name: "shop", secure: .auto, path: "/shop")
                if byRequest {
                    configuration.cookieForRequest = { _ in cookie }
                } else {
                    configuration.cookie = cookie
                }
            }
            let first = SessionRequest(headerFields: [:], isSecure: false)
            let session = try await engine.open(first, logger: self.logger)
            try await session.logIn("ada")
            var response = HTTPFields()
            try await engine.close(session, response: &response)
            let field = try #require(response[.setCookie])
            #expect(field.hasPrefix("shop=") && field.hasSuffix("; Path=/shop; HttpOnly; SameSite=Lax; Priority=High"))
            let value = String(try #require(field.split(separator: ";").first))
            let request = SessionRequest(headerFields: [.cookie: value], isSecure: false)
            #expect(try await engine.open(request, logger: self.logger).subject == "ada")
        }
    }
}
