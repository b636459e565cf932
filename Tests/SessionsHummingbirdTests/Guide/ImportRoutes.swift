//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import HummingbirdTesting
import LogAudit
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

// The code of the article "Coming from a PersistDriver".

private typealias AppContext = TestRequestContext

private struct WebSession: Codable, Sendable {
    var userID: String
    var basket: [String]
}

extension SessionKey<[String]> {
    fileprivate static var basket: Self { .init("basket", default: []) }
}

private func addSessions(
    to router: Router<AppContext>,
    _ engine: SessionEngine,
    _ persist: any PersistDriver,
    _ key: SecretKey
) throws {
    router.add(middleware: SessionsMiddleware(engine))
    router.add(
        middleware: try PersistDriverImportMiddleware(engine, from: persist, as: WebSession.self, key: key) { old in
            var session = ImportedSession(subject: old.userID)
            try session.set(.basket, to: old.basket)
            return session
        }
    )
}

@Suite("The article on coming from a PersistDriver")
struct ImportRoutesTests {
    @Test("the code of the article takes a visitor over with what is in their basket")
    func takingOver() async throws {
        let persist = MemoryPersistDriver()
        let id = String(repeating: "A", count: 43) + "="
        try await persist.set(key: "hbs.\(id)", value: WebSession(userID: "ada", basket: ["tea"]))
        let router = Router(context: AppContext.self)
        try addSessions(to: router, SessionEngine(.stored(in: MemorySessionStore())), persist, .generated())
        router.get { _, context in
            try "\(context.session.subject ?? "nobody") \(context.session[.basket])"
        }
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client in
            let browser = BrowsingClient(client: client)
            browser.browser.plant(TestCookie(name: "SESSION_ID", value: id, domain: "example.com"))
            let response = try await browser.send("/")
            #expect(response.text == "ada [\"tea\"]")
        }
    }
}
#endif
