//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsExpress
import SessionsTesting
import Testing

@testable import Sessions

@Suite("Law 11: what reflection shows of sessions shared with Express")
struct ReflectionTests {
    @Test("law 11: neither the secrets of cookies nor the names of sessions are shown")
    func shared() async throws {
        let secret = "a secret of cookies that was planted"
        let site = try ExpressHarness(secrets: [secret])
        site.express(SharedSessionTests.id, #","views":1"#)
        let browser = site.browser(of: SharedSessionTests.id)
        let cookie = try #require(browser.cookie(named: "connect.sid")?.value)
        let search = SecretSearch(secret, SharedSessionTests.id, cookie, String(cookie.suffix(40)))
        let session = try await site.open(browser)
        #expect(session[.views] == 1)
        let keys = try await site.records.keys(prefix: "sess:", from: nil, now: site.clock.now)
        #expect(keys.elements.count == 1)
        let configuration = ExpressConfiguration(secrets: site.secrets, subject: .property("userId"))
        let values: [Any] = [
            site.secrets, configuration, site.records, site.engine, site.engine.driver, session, keys,
            session.withState { $0.live?.record } as Any, SessionBackend.express(in: site.records, configuration),
        ]
        for value in values { #expect(search.findings(in: value).isEmpty, "\(type(of: value))") }
        #expect(search.findings(in: keys.elements) != [], "an array of names is the application's")
    }
}
