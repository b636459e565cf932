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
import InMemoryLogging
import LogAudit
import Logging
import Sessions
import SessionsHummingbird
import SessionsTesting
import TestSupport

/// A server with CSRF protection that returns the token of each client.
struct CSRFHarness {
    let calls = CallCount()
    let logs = InMemoryLogHandler()
    var backend = SessionBackend.stored(in: MemorySessionStore())
    var undecided = UnverifiableRequestPolicy.refused
    var origins: [String] = []
    var maximumFormSize = 1_048_576
    var transports: [any SessionTransport]?
    /// The version of HTTP that is spoken over TLS; nil for HTTP/1 without it.
    var versionOverTLS: Int?

    func serve(
        _ framework: TestingSetup = .router,
        _ test: @escaping @Sendable (BrowsingClient) async throws -> Void
    ) async throws {
        let engine = try SessionEngine(self.backend, transports: self.transports)
        var configuration = CSRFProtection.Configuration()
        configuration.origins = self.origins
        configuration.trustedOrigins = ["https://partner.example"]
        configuration.undecided = self.undecided
        configuration.maximumFormSize = self.maximumFormSize
        let calls = self.calls
        let router = Router(context: TestRequestContext.self)
        router.add(middleware: SessionsMiddleware(engine))
        router.add(middleware: CSRFMiddleware(try CSRFProtection(configuration)))
        router.get("token") { _, context in try await context.session.ensureCSRFToken() }
        router.get("login") { _, context in
            try await context.session.logIn("ada")
            return try context.session.csrfToken ?? ""
        }
        router.get("logout") { _, context in
            try await context.session.logOut()
            return "out"
        }
        router.get("bearer") { _, context in
            try context.session.useTransport(.bearer)
            try await context.session.logIn("ada")
            return try context.session.bearerToken ?? ""
        }
        for method in ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE", "PURGE", "get"] {
            guard let method = HTTPRequest.Method(method) else { continue }
            router.on("act", method: method) { request, _ in
                calls.add()
                return String(buffer: try await request.body.collect(upTo: 2_000_000))
            }
        }
        let application = Application(
            router: router,
            server: try self.versionOverTLS.map { version in
                let tls = try TestCertificate.serverConfiguration()
                return try version == 1 ? .tls(tlsConfiguration: tls) : .http2Upgrade(tlsConfiguration: tls)
            } ?? .http1(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            logger: LogAudit.logger(self.logs)
        )
        try await application.test(framework) { client in try await test(BrowsingClient(client: client)) }
    }
}

extension BrowsingClient {
    /// Logs in, and gets a token of each kind.
    func tokens() async throws -> [ExternalRequest.Token: String] {
        let stranger = BrowsingClient(client: self.client)
        let (before, right) = (try await self.send("/token").text, try await self.send("/login").text)
        let other = try await stranger.send("/login").text
        let damaged = String(right.dropLast(2)) + (right.dropLast().last == "B" ? "C" : "B") + (right.suffix(1))
        return [.right: right, .ofAnotherSession: other, .fromBeforeTheLogin: before, .damaged: damaged]
    }
}
#endif
