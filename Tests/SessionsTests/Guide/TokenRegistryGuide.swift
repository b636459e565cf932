//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Testing

// The code of the article "Tokens that are no sessions".

/// Lets users choose a new password by a link in an e-mail.
struct PasswordResets {
    let links: TokenRegistry<String>
    let engine: SessionEngine

    init(in store: some SubjectSessionStore, _ engine: SessionEngine) throws {
        self.links = try TokenRegistry("password resets", in: store, maximumPerCategory: 1)
        self.engine = engine
    }

    /// What goes into the link; the links that the user asked for before are worthless now.
    func begin(for user: String) async throws -> String {
        try await self.links.register(user, category: user, for: .seconds(30 * 60)).text
    }

    /// Whether to show the form. Whatever looks at links in e-mails takes nothing.
    func isGood(_ text: String) async throws -> Bool {
        guard let token = SessionToken(text) else { return false }
        return try await self.links.retrieve(token) != nil
    }

    /// What the form is sent to.
    func finish(_ text: String, setPassword: (_ user: String) async throws -> Void) async throws -> Bool {
        guard let token = SessionToken(text), let link = try await self.links.redeem(token) else { return false }
        try await setPassword(link.subject)
        try await self.engine.revokeAll(of: link.subject)
        return true
    }
}

@Suite("The article on registered tokens")
struct TokenRegistryGuideTests {
    @Test("the reset of the article takes the newest link, once, and nothing that is none")
    func passwordReset() async throws {
        let store = MemorySessionStore()
        let resets = try PasswordResets(in: store, SessionEngine(.stored(in: store)))
        let old = try await resets.begin(for: "ada")
        let new = try await resets.begin(for: "ada")
        #expect(try await resets.isGood(new))
        for text in [old, "*", ""] {
            #expect(try await resets.isGood(text) == false)
            #expect(try await resets.finish(text) { _ in Issue.record("nobody's password") } == false)
        }
        var users: [String] = []
        #expect(try await resets.finish(new) { users.append($0) })
        #expect(try await resets.finish(new) { users.append($0) } == false)
        #expect(users == ["ada"])
    }
}
