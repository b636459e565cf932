//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LogAudit
import Sessions
import SessionsHummingbird
import SessionsTesting
import Synchronization
import Testing

@Suite("The page of all sessions")
struct AdministrationPageTests {
    /// An observer that keeps the endings by administrators.
    private final class Audit: SessionObserver {
        private let noted = Mutex<[SessionEvent]>([])

        var events: [SessionEvent] { self.noted.withLock { $0 } }

        func observe(_ event: SessionEvent) {
            guard event.administrator != nil else { return }
            self.noted.withLock { $0.append(event) }
        }
    }

    private struct Harness: Sendable {
        let clock: ManualClock
        let engine: SessionEngine
        let audit: Audit
        let client: any TestClientProtocol

        func browser(_ user: String, _ userAgent: String? = nil) async throws -> BrowsingClient {
            let browser = BrowsingClient(client: self.client)
            var fields = HTTPFields()
            fields[.userAgent] = userAgent ?? ActiveSessionsPageHarness.firefox
            try await browser.send("/login/\(user)", method: .post, headers: fields)
            return browser
        }

        func id(_ user: String) async throws -> String {
            "\(try #require(try await self.engine.activeSessions(of: user).first).id)"
        }
    }

    private func test(
        _ backend: SessionBackend = .stored(in: MemorySessionStore()),
        allowsImpersonation: (@Sendable (ImpersonationRequest) -> Bool)? = nil,
        _ body: @escaping @Sendable (Harness) async throws -> Void
    ) async throws {
        let (clock, audit) = (ManualClock(), Audit())
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        configuration.observers = [audit]
        configuration.allowsImpersonation = allowsImpersonation
        let engine = try SessionEngine(backend, configuration: configuration)
        let router = Router(context: TestRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SessionsMiddleware(engine))
        router.post("login/:user") { _, context in
            try await context.session.logIn(try context.parameters.require("user"))
            return "in"
        }
        router.post("act/:user") { _, context in
            let user = try context.parameters.require("user")
            try await context.session.act(as: user, reason: "support", for: .seconds(600))
            return "acting"
        }
        router.get("who") { _, context in try context.session.subject ?? "anonymous" }
        let administrators = AdministrationGuard(try .redirect(to: "/login")) { _, subject in subject == "grace" }
        let page = AdministrationPage<TestRequestContext>(engine, for: administrators)
        page.addPage(to: router.group("admin/sessions"))
        page.addAPI(to: router.group("api/admin/sessions"))
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client in
            try await body(Harness(clock: clock, engine: engine, audit: audit, client: client))
        }
    }

    /// The CSRF token of the page.
    private func token(_ page: String) throws -> String {
        let match = try #require(try /name="_csrf" value="([^"]+)"/.firstMatch(in: page))
        return String(match.1)
    }

    private func post(_ form: String, _ browser: BrowsingClient, query: String = "") async throws -> TestResponse {
        let path = "/admin/sessions" + query
        let token = try self.token(try await browser.send(path).text)
        return try await browser.post("_csrf=\(token)&\(form)", to: path)
    }

    @Test("only an administrator sees it: others get the login or 403, and the JSON likewise")
    func guarded() async throws {
        try await self.test { harness in
            let stranger = BrowsingClient(client: harness.client)
            let ada = try await harness.browser("ada")
            let grace = try await harness.browser("grace")
            let id = try await harness.id("grace")
            for path in ["/admin/sessions", "/api/admin/sessions"] {
                let html: HTTPFields = [.accept: "text/html"]
                #expect(try await stranger.send(path, headers: html).status == .seeOther)
                #expect(try await stranger.send(path).status == .unauthorized)
                #expect(try await ada.send(path).status == .forbidden)
                #expect(try await grace.send(path).status == .ok)
            }
            #expect(try await ada.post("end=\(id)&reason=why", to: "/admin/sessions").status == .forbidden)
            #expect(try await ada.delete("/api/admin/sessions/\(id)?reason=why").status == .forbidden)
            #expect(try await stranger.delete("/api/admin/sessions/\(id)?reason=why").status == .unauthorized)
            #expect(try await grace.user == "grace")
        }
    }

    @Test("a user who acts as an administrator is none, so that the audit log names who it was")
    func acting() async throws {
        try await self.test(allowsImpersonation: { $0.actor == "alan" }) { harness in
            let alan = try await harness.browser("alan")
            let id = try await harness.id("alan")
            #expect(try await alan.send("/act/grace", method: .post).status == .ok)
            #expect(try await alan.user == "grace")
            for path in ["/admin/sessions", "/api/admin/sessions"] {
                #expect(try await alan.send(path).status == .forbidden)
            }
            #expect(try await alan.post("end=\(id)&reason=why", to: "/admin/sessions").status == .forbidden)
            #expect(try await alan.delete("/api/admin/sessions/\(id)?reason=why").status == .forbidden)
            #expect(harness.audit.events.isEmpty)
        }
    }

    @Test("a session ends with a reason, and the event names the administrator, the user and the reason")
    func endsWithReason() async throws {
        try await self.test { harness in
            let ada = try await harness.browser("ada")
            let grace = try await harness.browser("grace")
            let id = try await harness.id("ada")
            let response = try await self.post("end=\(id)&reason=stolen+laptop", grace, query: "?user=ada")
            #expect(response.status == .seeOther)
            #expect(response.headers[.location] == "./sessions?user=ada")
            #expect(try await ada.user == "anonymous")
            let page = try await grace.send("/admin/sessions?user=ada").text
            #expect(page.contains("1 session was ended.") && page.contains("There are none."))
            let events = harness.audit.events
            #expect(events.map(\.administrator) == ["grace"] && events.map(\.comment) == ["stolen laptop"])
            #expect(events.map(\.subject) == ["ada"] && events.map { $0.sessionID?.description } == [id])
            let line = String(decoding: try JSONEncoder().encode(try #require(events.first)), as: UTF8.self)
            #expect(line.contains(#""administrator":"grace""#) && line.contains(#""comment":"stolen laptop""#))
        }
    }

    @Test("without a reason, a selection or a token of the page, nothing ends")
    func refusesIncompleteForms() async throws {
        try await self.test { harness in
            let ada = try await harness.browser("ada")
            let grace = try await harness.browser("grace")
            let id = try await harness.id("ada")
            for form in ["end=\(id)", "end=\(id)&reason=+", "reason=why", "end=all&reason="] {
                #expect(try await self.post(form, grace).status == .seeOther)
            }
            #expect(try await self.post("end=all&reason=why", grace).status == .badRequest)
            for form in ["end=\(id)&reason=why", "end=\(id)&reason=why&_csrf=x"] {
                #expect(try await grace.post(form, to: "/admin/sessions").status == .forbidden)
            }
            #expect(try await grace.delete("/api/admin/sessions/\(id)").status == .badRequest)
            #expect(try await ada.user == "ada")
            #expect(harness.audit.events.isEmpty)
        }
    }

    @Test("several sessions end at once, and all of a user")
    func endsMany() async throws {
        try await self.test { harness in
            let browsers = try await [harness.browser("ada"), harness.browser("ada"), harness.browser("alan")]
            let grace = try await harness.browser("grace")
            let ids = try await harness.engine.activeSessions(of: "ada").map(\.id)
            _ = try await self.post("end=\(ids[0])&end=\(ids[1])&reason=why", grace)
            #expect(try await browsers[0].user == "anonymous")
            #expect(try await browsers[1].user == "anonymous")
            #expect(try await browsers[2].user == "alan")
            _ = try await self.post("end=all&reason=leaked", grace, query: "?user=alan")
            #expect(try await browsers[2].user == "anonymous")
            #expect(harness.audit.events.map(\.comment) == ["why", "why", "leaked"])
        }
    }

    @Test("filters find by user, device, address and age, and pages follow each other")
    func filters() async throws {
        try await self.test { harness in
            _ = try await harness.browser("ada", ActiveSessionsPageHarness.safari)
            harness.clock.advance(by: .minutes(11))
            for _ in 0..<120 { _ = try await harness.browser("alan") }
            let grace = try await harness.browser("grace")
            func count(_ query: String) async throws -> Int {
                var (total, from) = (0, "")
                repeat {
                    let response = try await grace.send("/api/admin/sessions?\(query)\(from)")
                    let object = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
                    let list = try #require(object as? [String: Any])
                    total += try #require(list["sessions"] as? [Any]).count
                    from = (list["next"] as? String).map { "&from=\($0)" } ?? ""
                } while !from.isEmpty
                return total
            }
            #expect(try await count("") == 102)
            #expect(try await count("user=alan") == 100, "the most sessions that a user may have")
            #expect(try await count("user=Ada") == 0)
            #expect(try await count("device=safari") == 1)
            #expect(try await count("older=10") == 1)
            #expect(try await count("newer=10") == 101)
            #expect(try await count("address=203.") == 0)
            let page = try await grace.send("/admin/sessions").text
            #expect(page.contains("rel=\"next\"") && !page.contains("First page"))
            for query in ["older=x", "newer=-1", "from=!", "user=\(String(repeating: "a", count: 2_000))"] {
                #expect(try await grace.send("/api/admin/sessions?\(query)").status == .badRequest)
            }
        }
    }

    @Test("what clients and administrators write is escaped, and no token is shown")
    func escaped() async throws {
        try await self.test { harness in
            let hostile = "<script>alert(1)</script>\"'"
            _ = try await harness.browser("ada", hostile)
            let grace = try await harness.browser("grace")
            let response = try await grace.send("/admin/sessions?device=%3Cscript%3E&address=%22%3E%3Cb%3E")
            #expect(!response.text.contains("<script>") && !response.text.contains("\"><b>"))
            #expect(response.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
            let all = try await grace.send("/admin/sessions").text
            #expect(!all.contains("<script>"))
            #expect(!all.contains(try #require(grace.browser.cookies.first?.value)))
        }
    }

    @Test("sealed sessions are not listed: the page asks for what it cannot do with 501 and no error of the server")
    func sealed() async throws {
        try await self.test(.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart)) { harness in
            let ada = try await harness.browser("ada")
            let grace = try await harness.browser("grace")
            #expect(try await grace.send("/admin/sessions").text.contains("one user at a time"))
            #expect(try await grace.send("/admin/sessions?user=ada").status == .notImplemented)
            #expect(try await grace.send("/api/admin/sessions").status == .notImplemented)
            #expect(try await ada.user == "ada")
        }
    }
}
#endif
