//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import Synchronization
import Testing

@Suite("A browser in front of a server under test")
struct BrowserClientTests {
    /// Answers from a table of paths, and notes the requests.
    private final class Server: Sendable {
        private let replies: [String: BrowserResponse]
        private let noted = Mutex<[(request: HTTPRequest, body: String)]>([])

        init(_ replies: [String: BrowserResponse] = [:]) {
            self.replies = replies
        }

        var requests: [(request: HTTPRequest, body: String)] { self.noted.withLock(\.self) }
        var paths: [String] { self.requests.compactMap(\.request.path) }

        func answer(_ request: HTTPRequest, _ body: [UInt8]) -> BrowserResponse {
            self.noted.withLock { $0.append((request, String(decoding: body, as: UTF8.self))) }
            return self.replies[request.path ?? ""] ?? BrowserResponse(status: .ok, body: Array("here".utf8))
        }

        /// The fields of the last request with these names, in their order.
        func last(_ names: String...) -> [String?] {
            let fields = self.requests.last?.request.headerFields
            return names.map { name in HTTPField.Name(name).flatMap { fields?[$0] } }
        }

        static func redirect(_ status: HTTPResponse.Status = .seeOther, to location: String) -> BrowserResponse {
            BrowserResponse(status: status, headerFields: [.location: location])
        }
    }

    private func browser(
        _ server: Server,
        origin: String = "https://example.com",
        sendsFetchMetadata: Bool = true
    ) -> BrowserClient {
        BrowserClient(origin: origin, sendsFetchMetadata: sendsFetchMetadata) { server.answer($0, $1) }
    }

    @Test("a page, a form and a script send what browsers send")
    func fetchMetadata() async throws {
        let server = Server()
        let browser = self.browser(server)
        let names = ["Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User", "Origin"]
        func last() -> [String?] { names.flatMap { server.last($0) } }
        try await browser.get("/", initiatedBy: .visitor)
        #expect(last() == ["none", "navigate", "document", "?1", nil])
        #expect(server.last("Accept")[0]?.hasPrefix("text/html") == true)
        try await browser.get("/")
        #expect(last() == ["same-origin", "navigate", "document", "?1", nil])
        try await browser.submit(["a": "1"], to: "/")
        #expect(last() == ["same-origin", "navigate", "document", "?1", "https://example.com"])
        try await browser.submit(["a": "1"], to: "/", initiatedBy: .sameSite)
        #expect(last() == ["same-site", "navigate", "document", "?1", "https://other.example.com"])
        try await browser.submit(["a": "1"], to: "/", initiatedBy: .crossSiteSubresource)
        #expect(last() == ["cross-site", "navigate", "document", "?1", "https://another-site.example"])
        try await browser.fetch(.delete, "/")
        #expect(last() == ["same-origin", "cors", "empty", nil, "https://example.com"])
        try await browser.fetch(.get, "/", initiatedBy: .crossSiteSubresource)
        #expect(last() == ["cross-site", "cors", "empty", nil, "https://another-site.example"])
    }

    @Test("an old browser, and one without TLS, send no Fetch Metadata")
    func noFetchMetadata() async throws {
        let server = Server()
        try await self.browser(server, sendsFetchMetadata: false).submit([:], to: "/")
        #expect(server.last("Sec-Fetch-Site", "Origin") == [nil, "https://example.com"])
        try await self.browser(server, origin: "http://example.com").submit([:], to: "/")
        #expect(server.last("Sec-Fetch-Site", "Origin") == [nil, "http://example.com"])
        try await self.browser(server, origin: "http://localhost:8080").submit([:], to: "/")
        #expect(server.last("Sec-Fetch-Site", "Origin") == ["same-origin", "http://localhost:8080"])
    }

    @Test("fields that a test sets stay")
    func ownFields() async throws {
        let server = Server()
        try await self.browser(server).get("/", headerFields: [.accept: "application/json"])
        #expect(server.last("Accept") == ["application/json"])
    }

    @Test("a form is encoded as browsers encode it")
    func form() async throws {
        let server = Server()
        try await self.browser(server).submit(["text": "a b&c=ü*-._\n", "name": ""], to: "/form?x=1")
        #expect(server.requests.last?.body == "name=&text=a+b%26c%3D%C3%BC*-._%0A")
        #expect(server.requests.last?.request.path == "/form?x=1")
        #expect(server.last("Content-Type") == ["application/x-www-form-urlencoded"])
    }

    @Test("redirects are followed within the origin, and their cookies are kept")
    func redirects() async throws {
        var first = Server.redirect(to: "two?a=b")
        first.headerFields[.setCookie] = "kept=1; Path=/"
        let server = Server([
            "/one": first, "/two?a=b": Server.redirect(.found, to: "https://example.com/three"),
            "/three": Server.redirect(.permanentRedirect, to: "/four"),
        ])
        let response = try await self.browser(server).submit(["a": "1"], to: "/one")
        #expect(server.paths == ["/one", "/two?a=b", "/three", "/four"])
        #expect(server.requests.map(\.request.method) == [.post, .get, .get, .get])
        #expect(server.last("Cookie", "Content-Type") == ["kept=1", nil])
        #expect(response.url == "https://example.com/four")
        #expect(response.path == "/four")
        #expect(response.text == "here")
    }

    @Test("307 and 308 repeat the request, 301 and 302 make a GET of a POST alone")
    func methods() async throws {
        let server = Server([
            "/307": Server.redirect(.temporaryRedirect, to: "/"), "/302": Server.redirect(.found, to: "/"),
        ])
        try await self.browser(server).submit(["a": "1"], to: "/307")
        #expect(server.requests.last?.request.method == .post)
        #expect(server.requests.last?.body == "a=1")
        try await self.browser(server).fetch(.delete, "/302")
        #expect(server.requests.last?.request.method == .delete)
        try await self.browser(server).submit(["a": "1"], to: "/302")
        #expect(server.requests.last?.request.method == .get)
        #expect(server.requests.last?.body == "")
    }

    @Test("a redirect to another origin is returned, and one without end is an error")
    func otherRedirects() async throws {
        let server = Server([
            "/away": Server.redirect(to: "https://login.example/"), "/loop": Server.redirect(to: "/loop"),
            "/no": BrowserResponse(status: .seeOther),
        ])
        let browser = self.browser(server)
        #expect(try await browser.get("/away").headerFields[.location] == "https://login.example/")
        #expect(try await browser.get("/no").status == .seeOther)
        let error = await #expect(throws: BrowserClientError.self) { try await browser.get("/loop") }
        #expect(error?.code == .tooManyRedirects)
        let invalid = await #expect(throws: BrowserClientError.self) { try await browser.get("ftp://example.com/") }
        #expect(invalid?.code == .invalidURL)
    }

    @Test("a prepared session is the user's, with every backend", arguments: [true, false])
    func preparedSession(isSealed: Bool) async throws {
        let keyring = try SecretKeyring([SecretKey.generated()])
        let engine = try SessionEngine(
            isSealed ? .sealed(with: keyring, revocation: .none) : .stored(in: MemorySessionStore()))
        let server = Server()
        let browser = self.browser(server)
        try await browser.logIn("ada", with: engine) { session in try await session.remember() }
        try await browser.get("/")
        let fields = try #require(server.requests.last).request.headerFields
        let session = try await engine.open(
            SessionRequest(method: .get, headerFields: fields, isSecure: true), logger: LogAudit.logger())
        #expect(session.subject == "ada")
        #expect(session.isRemembered)
    }

    @Test("a cookie that the browser rejects is an error that says why")
    func rejectedCookie() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        let browser = self.browser(Server(), origin: "http://example.com")
        let error = await #expect(throws: BrowserClientError.self) { try await browser.logIn("ada", with: engine) }
        #expect(error?.code == .noCookie)
        #expect(error?.message.contains("https origin") == true)
        let bearer = try SessionEngine(.stored(in: MemorySessionStore()), transports: [BearerTransport()])
        let other = await #expect(throws: BrowserClientError.self) {
            try await self.browser(Server()).logIn("ada", with: bearer)
        }
        #expect(other?.code == .noCookie)
    }

    @Test("a login form that logs no one in is an error")
    func refusedLogin() async throws {
        let server = Server([
            "/401": BrowserResponse(status: .unauthorized),
            "/in": BrowserResponse(status: .ok, headerFields: [.setCookie: "id=1"]),
        ])
        for path in ["/401", "/again"] {
            let error = await #expect(throws: BrowserClientError.self) {
                try await self.browser(server).logIn(submitting: [:], to: path)
            }
            #expect(error?.code == .loginRefused)
        }
        try await self.browser(server).logIn(submitting: [:], to: "/in")
    }
}
