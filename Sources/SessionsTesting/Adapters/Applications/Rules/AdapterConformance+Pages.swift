//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

extension AdapterConformance {
    static let pageRules: [ApplicationRule] = [
        ApplicationRule(
            .pages, "a user sees and ends sessions on the page, and what was done is said once",
            of: { try AdapterApplication(listsSessions: true) }
        ) { visit in
            let path = "/account/sessions"
            try visit.expect(try await visit.stranger().send(.get, path), .unauthorized, "the page of a stranger")
            let (desk, phone) = (try await visit.user("ada"), try await visit.user("ada"))
            let page = try await desk.send(.get, path, .ofNavigation)
            try visit.expect(page, .ok, saying: "Firefox on Windows", "the page")
            let policy = page.headerFields[.contentSecurityPolicy] ?? ""
            try visit.check.expect(policy.contains("default-src 'none'"), "Content-Security-Policy is \(policy)")
            let ended = try await desk.submit("end=others", to: path)
            try visit.expect(ended, .seeOther, "a form that ends other sessions")
            try visit.check.expect(ended.headerFields[values: .location], is: ["./sessions"], "Location")
            try visit.expect(try await phone.send(.get, "/api/me"), .unauthorized, "a session that was ended")
            let message = "All your other sessions were signed out."
            try visit.expect(try await desk.send(.get, path), .ok, saying: message, "the page after it")
            let again = try await desk.send(.get, path)
            try visit.check.expect(!again.body.contains(message), "the message comes twice")
            try visit.expect(try await desk.submit("", to: path), .badRequest, "an empty form")
            let foreign = try await desk.send(.post, path, [.origin: "https://evil.example"], body: "end=others")
            try visit.expect(foreign, .forbidden, "a form of another site")
        },
        ApplicationRule(
            .pages, "the API lists a user's sessions and ends one or all others, and 404 is what is not the user's",
            of: { try AdapterApplication(listsSessions: true) }
        ) { visit in
            let (desk, phone) = (try await visit.user("ada"), try await visit.user("ada"))
            let alan = try await visit.user("alan")
            func delete(_ path: String) async throws -> AdapterResponse {
                try await desk.send(.delete, "/api/sessions" + path, .ofOwnPage)
            }
            let (own, foreign) = (try await desk.listedIDs(), try await alan.listedIDs())
            try visit.check.expect(own.count, is: 2, "sessions of a user with two")
            try visit.check.expect(foreign.count, is: 1, "sessions of a user with one")
            for id in foreign + ["x", "AAAAAAAAAAAAAAAAAAAAAA"] {
                try visit.expect(try await delete("/\(id)"), .notFound, "a session that is not the user's")
            }
            try visit.expect(try await delete(""), .badRequest, "the end of no session")
            try visit.expect(try await delete("/\(own[1])"), .noContent, "the end of one session")
            try visit.expect(try await phone.send(.get, "/api/me"), .unauthorized, "the session that was ended")
            let other = try await visit.user("ada")
            try visit.expect(try await delete("?others=true"), .noContent, "the end of all others")
            try visit.expect(try await other.send(.get, "/api/me"), .unauthorized, "another session")
            try visit.expect(try await desk.send(.get, "/api/me"), .ok, saying: "Ada Lovelace", "the session itself")
            try visit.expect(try await alan.send(.get, "/api/me"), .ok, saying: "Alan Turing", "another user's")
        },
    ]
}

extension ApplicationBrowser {
    /// The ids in the list of an API, in order.
    func listedIDs(_ path: String = "/api/sessions") async throws -> [String] {
        let list = try await self.send(.get, path)
        try self.visit.expect(list, .ok, "the list")
        var (ids, rest) = ([String](), list.body[...])
        while let key = rest.firstRange(of: #""id":""#) {
            rest = rest[key.upperBound...]
            ids.append(String(rest.prefix { $0 != "\"" }))
        }
        return ids
    }
}
