//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import Logging
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

@Suite("Law 11: what reflection shows of the middleware")
struct ReflectionTests {
    @Test("law 11: middleware, contexts and pages show no token and no key")
    func middleware() async throws {
        let planted = "planted key bytes"
        let key = try SecretKey(bytes: Array(planted.utf8) + (0..<32).map { UInt8($0 * 7) })
        let engine = try SessionEngine(.stored(in: MemorySessionStore(), signedWith: SecretKeyring([key])))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let session = try await engine.open(SessionRequest(headerFields: [:], isSecure: true), logger: logger)
        try await session.logIn("ada")
        var response = HTTPFields()
        try await engine.close(session, response: &response)
        let field = try #require(response[.setCookie])
        let text = String(field.dropFirst("__Host-session=".count).prefix(108))
        let csrf = try #require(session.csrfToken)
        let search = SecretSearch(planted, String(text.dropFirst(22).prefix(24)), csrf)
        let request = SessionRequest(headerFields: [.cookie: "__Host-session=\(text)"], isSecure: true)
        let opened = try await engine.open(request, logger: logger)
        #expect(opened.isAuthenticated)
        let values: [Any] = [
            engine, session, opened, request, SessionsMiddleware<TestRequestContext>(engine),
            try PersistDriverImportMiddleware<TestRequestContext, String>(
                engine, from: MemoryPersistDriver(), as: String.self, key: key, convert: { _ in nil }),
            CSRFMiddleware<TestRequestContext>.self,
        ]
        for value in values { #expect(search.findings(in: value).isEmpty, "\(type(of: value))") }
    }
}
#endif
