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

@Suite("Names of Express's properties are bytes")
struct ByteNamesTests {
    @Test("properties whose names differ in normalization alone are two values, and each is written back as it was")
    func properties() async throws {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        let harness = try ExpressHarness()
        harness.express(SharedSessionTests.id, #","\#(composed)":1,"\#(decomposed)":2"#)
        let browser = harness.browser(of: SharedSessionTests.id)
        try await harness.visit(browser) { session in
            #expect(session[.counter(composed)] == 1 && session[.counter(decomposed)] == 2)
            session[.counter(decomposed)] = 3
        }
        try await harness.visit(browser) { session in
            #expect(session[.counter(composed)] == 1 && session[.counter(decomposed)] == 3)
            session.remove(named: composed)
        }
        try await harness.visit(browser) { session in
            #expect(session.values.count == 1 && session[.counter(decomposed)] == 3)
        }
    }

    @Test("a property whose name is that of the login but for its normalization is a value like others")
    func reservedNames() async throws {
        let harness = try ExpressHarness { $1.subject = .property("caf\u{E9}") }
        harness.express(SharedSessionTests.id, #","cafe\u0301":7"#)
        try await harness.visit(harness.browser(of: SharedSessionTests.id)) { session in
            #expect(session.subject == nil && session[.counter("cafe\u{301}")] == 7)
        }
    }

    @Test("keys of records are bytes")
    func keys() async throws {
        let store = ExpressMemoryStore()
        let now = ManualClock().now
        #expect(try await store.create("sess:caf\u{E9}", Array("{}".utf8), .never, now: now))
        #expect(try await store.load("sess:cafe\u{301}", now: now) == .missing)
        #expect(try await store.create("sess:cafe\u{301}", Array("{}".utf8), .never, now: now))
        #expect(try await store.keys(prefix: "sess:", from: nil, now: now).elements.count == 2)
    }
}
