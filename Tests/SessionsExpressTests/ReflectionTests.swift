//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsExpress
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Law 11: what reflection shows of sessions shared with Express")
struct ReflectionTests {
    @Test("law 11: neither the secrets of cookies nor the names of sessions are shown")
    func shared() async throws {
        let secret = "a secret of cookies that was planted"
        let harness = try ExpressHarness(secrets: [secret])
        harness.express(SharedSessionTests.id, #","views":1"#)
        let browser = harness.browser(of: SharedSessionTests.id)
        let cookie = try #require(browser.cookie(named: "connect.sid")?.value)
        let search = SecretSearch(secret, SharedSessionTests.id, cookie, String(cookie.suffix(40)))
        let session = try await harness.open(browser)
        #expect(session[.views] == 1)
        let keys = try await harness.records.keys(prefix: "sess:", from: nil, now: harness.clock.now)
        #expect(keys.elements.count == 1)
        let configuration = ExpressConfiguration(secrets: harness.secrets, subject: .property("userId"))
        let values: [Any] = [
            harness.secrets, configuration, harness.records, harness.engine, harness.engine.driver, session, keys,
            session.withState { $0.live?.record } as Any, SessionBackend.express(in: harness.records, configuration),
        ]
        for value in values { #expect(search.findings(in: value).isEmpty, "\(type(of: value))") }
        #expect(search.findings(in: keys.elements) != [], "an array of names is the application's")
    }
}
