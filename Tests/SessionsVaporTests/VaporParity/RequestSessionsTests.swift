//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import Sessions
import SessionsTesting
import SessionsVapor
import Testing
import Vapor

@Suite("The session of a request of Vapor")
struct RequestSessionsTests {
    @Test("req.session")
    func session() async throws {
        try await self.answers("1") { request in
            let session = try request.currentSession
            return "\(session.increment(.visits))"
        }
    }

    @Test("req.hasSession")
    func hasSession() async throws {
        try await self.answers("false") { request in
            let session = try request.currentSession
            return "\(session.id != nil)"
        }
    }

    @Test("session.id")
    func id() async throws {
        try await self.answers("true") { request in
            let session = try request.currentSession
            try await session.logIn("ada")
            let id = session.id
            return "\(id.map { $0.description.count == 22 } ?? false)"
        }
    }

    @Test("session.data, reading")
    func reading() async throws {
        try await self.answers("none") { request in
            let session = try request.currentSession
            return session[.color] ?? "none"
        }
    }

    @Test("session.data, setting")
    func setting() async throws {
        try await self.answers("blue") { request in
            let session = try request.currentSession
            session[.color] = "blue"
            return session[.color] ?? ""
        }
    }

    @Test("session.data, removing")
    func removing() async throws {
        try await self.answers("") { request in
            let session = try request.currentSession
            session[.color] = "blue"
            session[.color] = nil
            return session[.color] ?? ""
        }
    }

    @Test("session.data, replacing all")
    func replacing() async throws {
        try await self.answers("") { request in
            let session = try request.currentSession
            session[.color] = "blue"
            session.removeAll()
            return session[.color] ?? ""
        }
    }

    @Test("session.data.snapshot")
    func snapshot() async throws {
        try await self.answers("color, visits") { request in
            let session = try request.currentSession
            session[.color] = "blue"
            session[.visits] = 1
            return session.names.joined(separator: ", ")
        }
    }

    @Test("session.destroy()")
    func destroy() async throws {
        try await ParityHarness().run { app in
            app.get("in") { request in
                try await request.currentSession.logIn("ada")
                return ""
            }
            app.get("out") { request in
                let session = try request.currentSession
                try await session.destroy()
                return ""
            }
        } _: { harness async throws in
            let browser = harness.browser()
            try await browser.send(.GET, "/in")
            #expect(browser.browser.cookies.count == 1)
            try await browser.send(.GET, "/out")
            #expect(browser.browser.cookies.isEmpty)
        }
    }

    private func answers(_ text: String, _ handler: @escaping @Sendable (Request) async throws -> String) async throws {
        try await ParityHarness().run { app in
            app.get { try await handler($0) }
        } _: { harness async throws in
            #expect(try await harness.browser().send(.GET, "/").text == text)
        }
    }
}
#endif
