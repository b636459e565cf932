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
import TestSupport
import Testing

/// Makes harnesses with bearer tokens and one store.
struct BearerHarnesses {
    let store = FaultySubjectStore(MemorySessionStore())

    func make(
        _ bearer: BearerTransport = BearerTransport(),
        withCookies: Bool = true,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> EngineHarness {
        try EngineHarness(
            .stored(in: self.store),
            transports: withCookies ? [CookieTransport(), bearer] : [bearer],
            configure
        )
    }

    /// Logs a program in, and gives what it is to send.
    func token(of subject: String, at harness: EngineHarness) async throws -> String {
        let browser = harness.browser()
        var text: String?
        let response = try await harness.visit(browser) { session in
            try session.useTransport(.bearer)
            try await session.logIn(subject)
            text = session.bearerToken
        }
        #expect(response[.setCookie] == nil)
        let token = try #require(text)
        LogAudit.noteToken(token)
        return token
    }

    func bearer(_ text: String) -> HTTPFields { [.authorization: "Bearer \(text)"] }
}
