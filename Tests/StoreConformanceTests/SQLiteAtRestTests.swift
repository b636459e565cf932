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
import Logging
import Sessions
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

@Suite("SQLite, encrypted at rest")
struct SQLiteAtRestTests {
    @Test("no value is in the file, whose it is stays there, and its owner reads it", arguments: [true, false])
    func file(isEncrypted: Bool) async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            let engine = try SessionEngine(.stored(in: store, encryptedAtRest: isEncrypted))
            let key = SessionKey<String?>("confidant")
            let browser = TestBrowser()
            let logger = Logger(label: "test")

            let session = try await engine.open(SessionRequest(headerFields: [:]), logger: logger)
            try await session.logIn("ada")
            session[key] = "grace-hopper"
            var response = HTTPFields()
            try await engine.close(session, response: &response)
            browser.receive(response, from: "https://example.com/")

            var files = Data()
            for suffix in ["", "-wal"] {
                files += try Data(contentsOf: URL(filePath: folder.path("sessions.sqlite" + suffix)))
            }
            #expect(files.firstRange(of: Data("ada".utf8)) != nil)
            for text in ["confidant", "grace-hopper"] {
                #expect((files.firstRange(of: Data(text.utf8)) == nil) == isEncrypted)
            }

            var fields = HTTPFields()
            browser.addCookies(to: &fields, for: "https://example.com/")
            let again = try await engine.open(SessionRequest(headerFields: fields, isSecure: true), logger: logger)
            #expect(again[key] == "grace-hopper")
        }
    }
}
#endif
