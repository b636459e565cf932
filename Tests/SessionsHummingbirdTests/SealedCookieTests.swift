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
import Testing

@Suite("Sealed cookies over HTTP")
struct SealedCookieTests {
    private func application(_ engine: SessionEngine) -> some ApplicationProtocol {
        let router = Router(context: TestRequestContext.self)
        router.add(middleware: SessionsMiddleware(engine))
        router.get("login") { _, context in
            try await context.session.logIn("ada")
            return "in"
        }
        router.get("who") { _, context in try context.session.subject ?? "nobody" }
        return Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            logger: LogAudit.logger()
        )
    }

    @Test("over HTTP every flipped bit and every length of a sealed cookie is answered like no cookie at all")
    func hostile() async throws {
        let engine = try SessionEngine(.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart))
        try await self.application(engine).test(.live) { client in
            let login = try await client.execute(uri: "/login", method: .get)
            let cookie = try #require(login.headers[.setCookie]).prefix { $0 != ";" }
            let (name, text) = (cookie.prefix { $0 != "=" }, Array(cookie.drop { $0 != "=" }.dropFirst()))
            func ask(_ value: String?) async throws -> (HTTPResponse.Status, String, HTTPFields) {
                let fields: HTTPFields = value.map { [.cookie: "\(name)=\($0)"] } ?? [:]
                let response = try await client.execute(uri: "/who", method: .get, headers: fields)
                var headers = response.headers
                headers[.date] = nil
                return (response.status, String(buffer: response.body), headers)
            }
            #expect(try await ask(String(text)).1 == "ada")
            let nobody = try await ask(nil)
            #expect(nobody.1 == "nobody")
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            var forgeries = (0..<text.count).map { String(text.prefix($0)) }
            for (index, character) in text.enumerated() {
                guard let digit = alphabet.firstIndex(of: character) else { continue }
                for bit in 0..<6 {
                    var forgery = text
                    forgery[index] = alphabet[digit ^ 1 << bit]
                    forgeries.append(String(forgery))
                }
            }
            forgeries += ["A", "=", ".", String(text)].map { String(text) + $0 }
            for forgery in forgeries {
                let answer = try await ask(forgery)
                #expect(answer == nobody)
            }
        }
    }

    @Test("a long sealed preference session and a short stored login live side by side")
    func sideBySide() async throws {
        var preferences = SessionConfiguration()
        preferences.cookie.name = "__Host-preferences"
        preferences.limits = SessionLimits(idle: .days(30), absolute: .days(365))
        let sealed = try SessionEngine(
            .sealed(with: .ephemeral(), revocation: .none),
            configuration: preferences
        )
        let tokens = try SessionEngine(.tokenOnly(with: .ephemeral()), configuration: .named("__Host-basket"))
        let stored = try SessionEngine(.stored(in: MemorySessionStore()))
        let router = Router(context: TestRequestContext.self)
        router.add(middleware: SessionsMiddleware(stored))
        router.add(middleware: SessionsMiddleware(sealed, in: \.preferences))
        router.add(middleware: SessionsMiddleware(tokens, in: \.basket))
        router.get("all") { _, context in
            let (login, preferences) = try (context.session, context.preferences.session)
            if login.subject == nil { try await login.logIn("ada") }
            preferences[.views] += 1
            return try
                "\(login.subject ?? "") \(preferences[.views]) \(context.basket.session.token?.id.description ?? "")"
        }
        router.get("out") { _, context in
            try await context.session.logOut()
            return "out"
        }
        let application = Application(router: router, logger: LogAudit.logger())
        try await application.test(.router) { client in
            let browser = BrowsingClient(client: client)
            let first = try await browser.send("/all")
            #expect(first.headers[values: .setCookie].count == 3)
            let words = first.text.split(separator: " ")
            let second = try await browser.send("/all").text.split(separator: " ")
            #expect(second == ["ada", "2", words[2]])
            try await browser.send("/out")
            let names = Set(browser.browser.cookies.map(\.name))
            #expect(names == ["__Host-preferences", "__Host-basket"])
            #expect(try await browser.send("/all").text.hasPrefix("ada 3 \(words[2])"))
        }
    }
}

extension SessionConfiguration {
    fileprivate static func named(_ name: String) -> SessionConfiguration {
        var configuration = SessionConfiguration()
        configuration.cookie.name = name
        return configuration
    }
}
#endif
