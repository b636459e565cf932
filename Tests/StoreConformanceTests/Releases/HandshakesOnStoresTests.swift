//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Handshakes on every store", .serialized)
struct HandshakesOnStoresTests {
    @Test(
        "50 tabs begin and finish in random order on two servers, and none fails or finishes twice",
        arguments: EveryStore.started, EngineDriver.allCases)
    func tabs(_ store: EveryStore, _ driver: EngineDriver) async throws {
        try await store.withTwoEngines(driver) { engines in
            let browser = TestBrowser()
            let session = try await engines[0].open(SessionRequest(headerFields: [:]), logger: LogAudit.logger())
            session[.views] += 1
            var response = HTTPFields()
            try await engines[0].close(session, response: &response)
            browser.receive(response, from: "https://example.com")
            var fields = HTTPFields()
            browser.addCookies(to: &fields, for: "https://example.com")
            let outcome = try await ParallelTabs(engines, fields).run(count: 50)
            #expect(outcome.finished == 50)
            #expect([outcome.lost, outcome.finishedTwice, outcome.wronglyAccepted] == [0, 0, 0])
        }
    }
}
#endif
