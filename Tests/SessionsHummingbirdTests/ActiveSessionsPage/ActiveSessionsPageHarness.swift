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

/// An application with a active sessions page, and browsers that use it.
struct ActiveSessionsPageHarness: Sendable {
    let clock: ManualClock
    let engine: SessionEngine
    let client: any TestClientProtocol

    static let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
    static let safari =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"

    static func test(
        _ backend: SessionBackend = .stored(in: MemorySessionStore()),
        _ page: ActiveSessionsPageConfiguration = ActiveSessionsPageConfiguration(),
        _ body: @escaping @Sendable (ActiveSessionsPageHarness) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        configuration.clearsSiteDataOnLogout = .storage
        let engine = try SessionEngine(backend, configuration: configuration)
        let router = Router(context: TestRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SessionsMiddleware(engine))
        router.post("login/:user") { request, context in
            let label = request.uri.queryParameters["label"].map { String($0) }
            try await context.session.logIn(try context.parameters.require("user"), deviceLabel: label)
            return "in"
        }
        router.get("who") { _, context in try context.session.subject ?? "nobody" }
        try addActiveSessionsPage(to: router, page)
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client in
            try await body(ActiveSessionsPageHarness(clock: clock, engine: engine, client: client))
        }
    }

    /// A browser in which a user is logged in.
    func browser(_ user: String, _ userAgent: String? = firefox, label: String? = nil) async throws -> BrowsingClient {
        let browser = BrowsingClient(client: self.client)
        var fields = HTTPFields()
        fields[.userAgent] = userAgent
        let query = label.map { "?label=\($0)" } ?? ""
        try await browser.send("/login/\(user)\(query)", method: .post, headers: fields)
        return browser
    }

    /// The ids of a user's sessions, the oldest first.
    func ids(of user: String) async throws -> [String] {
        try await self.engine.activeSessions(of: user).sorted { $0.createdAt < $1.createdAt }.map { "\($0.id)" }
    }
}

extension BrowsingClient {
    /// Who the browser is to the application.
    var user: String {
        get async throws { try await self.send("/who").text }
    }

    /// Presses a button of the page, as a browser does that says where its requests are from.
    @discardableResult
    func press(_ value: String, at path: String = "/account/sessions") async throws -> TestResponse {
        try await self.post("end=\(value)", to: path)
    }

    /// Sends a form of a page, as the same origin.
    func post(
        _ form: String,
        to path: String = "/account/sessions",
        accepting type: String? = nil
    ) async throws -> TestResponse {
        try await self.send(
            path,
            method: .post,
            headers: self.sameOrigin([.contentType: "application/x-www-form-urlencoded", .accept: type ?? "*/*"]),
            body: ByteBuffer(string: form)
        )
    }

    /// Sends DELETE, as a script of the same origin does.
    func delete(_ path: String) async throws -> TestResponse {
        try await self.send(path, method: .delete, headers: self.sameOrigin([:]))
    }

    private func sameOrigin(_ fields: HTTPFields) -> HTTPFields {
        var fields = fields
        if let name = HTTPField.Name("Sec-Fetch-Site") { fields[name] = "same-origin" }
        return fields
    }
}
#endif
