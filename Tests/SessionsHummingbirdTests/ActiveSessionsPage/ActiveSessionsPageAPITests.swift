//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

@Suite("The JSON of the active sessions page")
struct ActiveSessionsPageAPITests {
    private let path = "/api/sessions"

    private func list(_ browser: BrowsingClient) async throws -> [[String: Any]] {
        let response = try await browser.send(self.path)
        #expect(response.status == .ok)
        let value = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
        return try #require(value as? [[String: Any]])
    }

    @Test("checklist 23: the list is an array, this session first, with all that is known of each and without a token")
    func list() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let phone = try await harness.browser("ada", ActiveSessionsPageHarness.safari, label: "Phone")
            harness.clock.advance(by: .minutes(1))
            let desk = try await harness.browser("ada")
            _ = try await harness.browser("alan")
            let items = try await self.list(desk)
            let ids = try await harness.ids(of: "ada")
            #expect(items.map { $0["id"] as? String } == [ids[1], ids[0]])
            #expect(items.map { $0["isCurrent"] as? Bool } == [true, false])
            #expect(items.map { $0["name"] as? String } == ["Firefox on Windows", "Phone"])
            #expect(items[1]["label"] as? String == "Phone")
            #expect(items[1]["firstName"] as? String == "Safari on iPhone")
            #expect(items[1]["firstUserAgent"] as? String == ActiveSessionsPageHarness.safari)
            #expect(items[0]["label"] is NSNull && items[0]["firstAddress"] is NSNull)
            #expect(items[0]["createdAt"] as? String == harness.clock.now.description)
            let members = Set([
                "id", "isCurrent", "label", "name", "createdAt", "authenticatedAt", "lastAccessedAt", "idleExpiresAt",
                "absoluteExpiresAt", "isRemembered", "isDeviceBound", "deviceFirstUsedAt", "firstAddress",
                "lastAddress", "firstUserAgent",
                "lastUserAgent",
                "firstName", "lastName",
            ])
            for item in items { #expect(Set(item.keys) == members) }
            let response = try await desk.send(self.path)
            #expect(response.headers[.contentType] == "application/json; charset=utf-8")
            #expect(response.headers[.cacheControl] == "no-store")
            for browser in [phone, desk] {
                let token = try #require(browser.browser.cookies.first?.value)
                #expect(!response.text.contains(token) && !response.text.contains(token.suffix(42)))
            }
            let head = try await desk.send(self.path, method: .head)
            #expect(head.status == .ok && head.body.readableBytes == 0)
        }
    }

    @Test("checklist 23: one is ended by its id, and its next request is a stranger's; the second time it is 404")
    func endsOneByID() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let desk = try await harness.browser("ada")
            harness.clock.advance(by: .seconds(1))
            let phone = try await harness.browser("ada", ActiveSessionsPageHarness.safari)
            let id = try #require(try await harness.ids(of: "ada").last)
            let response = try await desk.delete("\(self.path)/\(id)")
            #expect(response.status == .noContent && response.body.readableBytes == 0)
            #expect(try await phone.user == "nobody")
            let again = try await desk.delete("\(self.path)/\(id)")
            #expect(again.status == .notFound)
            let own = try #require(try await harness.ids(of: "ada").first)
            let ending = try await desk.delete("\(self.path)/\(own)")
            #expect(ending.status == .noContent)
            #expect(desk.browser.cookies.isEmpty)
        }
    }

    @Test("checklist 23: another user's id, an unknown and a malformed one are the same 404, and end nothing")
    func notYours() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let ada = try await harness.browser("ada")
            let alan = try await harness.browser("alan")
            let foreign = try #require(try await harness.ids(of: "alan").first)
            var answers: Set<String> = []
            for id in [foreign, String(repeating: "A", count: 22), "x", "%00", String(repeating: "a", count: 2_000)] {
                let response = try await ada.delete("\(self.path)/\(id)")
                var fields = response.headers
                fields[.date] = nil
                answers.insert("\(response.status) \(fields) \(response.text)")
            }
            #expect(answers.count == 1)
            #expect(answers.first?.hasPrefix("404") == true)
            #expect(try await alan.user == "alan")
            #expect(try await ada.user == "ada")
        }
    }

    @Test("checklist 23: ?others=true ends all but this; without it a DELETE is 400 and says what to write")
    func supportsRevokingOthers() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let (desk, phone) = (
                try await harness.browser("ada"), try await harness.browser("ada", ActiveSessionsPageHarness.safari)
            )
            for query in ["", "?others", "?others=false", "?others=1", "?others=true&others=false", "?all=true"] {
                let response = try await desk.delete(self.path + query)
                #expect(response.status == .badRequest, "\(query)")
                #expect(response.text.contains("?others=true"))
            }
            #expect(try await phone.user == "ada")
            let response = try await desk.delete("\(self.path)?others=true")
            #expect(response.status == .noContent)
            #expect(try await phone.user == "nobody")
            #expect(try await self.list(desk).count == 1)
        }
    }

    @Test("no one who is not logged in lists or ends anything")
    func strangers() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let ada = try await harness.browser("ada")
            let id = try #require(try await harness.ids(of: "ada").first)
            let stranger = BrowsingClient(client: harness.client)
            let answers = [
                try await stranger.send(self.path), try await stranger.delete("\(self.path)?others=true"),
                try await stranger.delete("\(self.path)/\(id)"),
            ]
            for response in answers {
                #expect(response.status == .unauthorized)
                #expect(response.headers[.setCookie] == nil)
            }
            #expect(try await ada.user == "ada")
        }
    }

    @Test("what a backend cannot do is 501, in words; what it can is done")
    func notOffered() async throws {
        try await ActiveSessionsPageHarness.test(.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart)) {
            harness in
            let (desk, phone) = (try await harness.browser("ada"), try await harness.browser("ada"))
            let list = try await desk.send(self.path)
            #expect(list.status == .notImplemented)
            #expect(list.text.contains("does not know"))
            let unknown = try await desk.delete("\(self.path)/\(String(repeating: "A", count: 22))")
            #expect(unknown.status == .notImplemented)
            #expect(try await desk.delete("\(self.path)?others=true").status == .noContent)
            #expect(try await phone.user == "nobody")
            #expect(try await desk.user == "ada")
        }
        try await ActiveSessionsPageHarness.test(.sealed(with: .ephemeral(), revocation: .none)) { harness in
            let desk = try await harness.browser("ada")
            #expect(try await desk.delete("\(self.path)?others=true").status == .notImplemented)
            #expect(try await desk.user == "ada")
        }
    }

    @Test("a long list comes in pages: an array each, and the next one is named by a Link field")
    func pages() async throws {
        var configuration = ActiveSessionsPageConfiguration()
        configuration.sessionsPerPage = 10
        try await ActiveSessionsPageHarness.test(.stored(in: MemorySessionStore()), configuration) { harness in
            let desk = try await harness.browser("ada")
            for _ in 0..<25 { _ = try await harness.browser("ada") }
            var (ids, path, pageCount) = ([String](), String?.some(self.path), 0)
            while let current = path {
                let response = try await desk.send(current)
                let value = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
                let items = try #require(value as? [[String: Any]])
                #expect(items.count <= 11)
                #expect(items.contains { $0["isCurrent"] as? Bool == true } == (pageCount == 0))
                ids += items.compactMap { $0["id"] as? String }
                pageCount += 1
                let link = try response.headers[#require(HTTPField.Name("Link"))]
                #expect(link?.hasSuffix(">; rel=\"next\"") ?? true)
                path = link.map { self.path + $0.dropFirst().prefix { $0 != ">" } }
            }
            #expect(pageCount == 3 && ids.count == 26)
            #expect(Set(ids) == Set(try await harness.ids(of: "ada")))
        }
    }

    @Test("a cursor that is none is 400, and never an error of the server")
    func cursors() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let desk = try await harness.browser("ada")
            for cursor in ["", "x", "!!", "AAAA", "%00", "%FF", String(repeating: "A", count: 5_000)] {
                let response = try await desk.send("\(self.path)?from=\(cursor)")
                #expect(response.status == .badRequest, "\(cursor.prefix(10))")
            }
        }
    }
}
#endif
