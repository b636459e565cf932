//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import Testing

/// One visitor of a server with a store.
struct StoreVisitor: Sendable {
    let engine: SessionEngine
    let browser = TestBrowser()
    private let origin = "https://example.com/"

    init(_ engine: SessionEngine) {
        self.engine = engine
    }

    init(_ store: any SessionStore) throws {
        // What is tested is what is stored, not how fast a machine is that does other things as well.
        var configuration = SessionConfiguration()
        configuration.storeDeadline = .minutes(1)
        self.engine = try SessionEngine(.stored(in: store), configuration: configuration)
    }

    /// The token that the browser holds, as text, and the bytes of its secret half.
    var token: (text: String, secret: Data) {
        get throws {
            let token = try #require(self.browser.cookie(named: "__Host-session")?.value)
            let base64 = token.replacing("-", with: "+").replacing("_", with: "/")
            return (token, try #require(Data(base64Encoded: base64)).dropFirst(16))
        }
    }

    func visit(_ handler: (Session) async throws -> Void = { _ in }) async throws {
        self.browser.receive(try await self.response(handler), from: self.origin)
    }

    /// A request whose response the browser never sees, so that it goes on with the token it has.
    func visitUnanswered(_ handler: (Session) async throws -> Void = { _ in }) async throws {
        _ = try await self.response(handler)
    }

    private func response(_ handler: (Session) async throws -> Void) async throws -> HTTPFields {
        var request = SessionRequest(headerFields: [:])
        self.browser.addCookies(to: &request.headerFields, for: self.origin)
        let session = try await self.engine.open(request, logger: LogAudit.logger())
        try await handler(session)
        var response = HTTPFields()
        try await self.engine.close(session, response: &response)
        LogAudit.noteTokens(in: response)
        return response
    }
}
#endif
