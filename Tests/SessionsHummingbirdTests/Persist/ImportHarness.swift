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

/// What the application kept in sessions of hummingbird-auth.
struct OldSession: Codable, Sendable {
    var userID: String?
    var cart: [String] = []
}

extension SessionKey<[String]> {
    fileprivate static var cart: Self { .init("cart", default: []) }
}

/// A server whose clients have sessions of hummingbird-auth.
struct ImportHarness {
    let clock = ManualClock()
    let store = MemorySessionStore(maximumCount: 1_000)
    let driver = TroublesomeDriver()
    private let engine: SessionEngine
    private let key = SecretKey.generated()

    init(encryptedAtRest: Bool = false, _ configure: (inout SessionConfiguration) -> Void = { _ in }) throws {
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        configure(&configuration)
        self.engine = try SessionEngine(
            .stored(in: self.store, encryptedAtRest: encryptedAtRest), configuration: configuration)
    }

    /// How many sessions of ours there are.
    var count: Int {
        get async throws { try await self.store.count(now: self.clock.now) }
    }

    /// Keeps a session as hummingbird-auth does.
    ///
    /// - Returns: Its id.
    func keep(_ session: some Codable & Sendable) async throws -> String {
        let random = DeterministicRandom(seed: 44)
        // 42 characters, one that ends in two bits of zero, and the padding.
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let id = String((0..<42).map { _ in letters[Int(random.next() % 64)] }) + "A="
        try await self.driver.set(key: "hbs.\(id)", value: session, expires: .seconds(3_600))
        return id
    }

    /// What is left in the driver.
    func left(_ id: String) async throws -> OldSession? {
        try await self.driver.get(key: "hbs.\(id)", as: OldSession.self)
    }

    func serve(_ test: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let router = Router(context: TestRequestContext.self)
        router.add(middleware: SessionsMiddleware(self.engine))
        // Pages before which nothing is taken over.
        router.post("plain") { _, context in
            try context.session[.views] += 1
            return "counted"
        }
        let group = router.group()
            .add(
                middleware: try PersistDriverImportMiddleware(
                    self.engine, from: self.driver, as: OldSession.self, key: self.key
                ) { old in
                    var session = ImportedSession(subject: old.userID)
                    try session.set(.cart, to: old.cart)
                    return session
                }
            )
        group.get { _, context in
            let session = try context.session
            return "\(session.subject ?? "nobody"), \(session[.cart].joined(separator: " ")), \(session[.views])"
        }
        group.post("login") { _, context in
            try await context.session.logIn("grace")
            return "in"
        }
        group.post("logout") { _, context in
            try await context.session.logOut()
            return "out"
        }
        group.get("sensitive") { _, context in
            try context.session.requireAuthentication(within: .hours(1))
        }
        try await Application(router: router, logger: LogAudit.logger()).test(.router, test)
    }

    /// A browser that holds an old cookie.
    func browser(_ client: any TestClientProtocol, _ id: String) -> BrowsingClient {
        let browser = BrowsingClient(client: client)
        browser.browser.plant(TestCookie(name: "SESSION_ID", value: id, domain: "example.com"))
        return browser
    }
}

extension BrowsingClient {
    /// The token of ours that it holds.
    var token: String? { self.browser.cookie(named: "__Host-session")?.value }
    /// The old cookie that it holds.
    var oldCookie: String? { self.browser.cookie(named: "SESSION_ID")?.value }
}
#endif
