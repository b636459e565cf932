//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsTesting
import TestSupport
import Testing

extension StoredHarness {
    /// A harness whose application lets alice act as anyone.
    static func administrated(
        atRest: Bool = false,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> StoredHarness {
        try StoredHarness(encryptedAtRest: atRest) { configuration in
            configuration.allowsImpersonation = { $0.actor == "alice" }
            configure(&configuration)
        }
    }

    /// A browser in which alice is logged in.
    func administrator(remember: Bool = false) async throws -> TestBrowser {
        let browser = self.browser()
        try await self.visit(browser) { session in
            session[.theme] = "dark"
            try await session.logIn("alice", remember: remember)
        }
        return browser
    }

    func act(_ browser: TestBrowser, for lifetime: Duration = .seconds(1_800)) async throws {
        try await self.visit(browser) { try await $0.act(as: "bob", reason: "ticket 7", for: lifetime) }
    }

    func subjects(_ browser: TestBrowser) async throws -> [String?] {
        let session = try await self.open(browser)
        let subjects = [session.subject, session.actor]
        try await self.close(session, browser)
        return subjects
    }
}

func refuses(
    _ code: SessionError.Code,
    _ body: () async throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    await #expect(sourceLocation: sourceLocation) { try await body() } throws: { ($0 as? SessionError)?.code == code }
}
