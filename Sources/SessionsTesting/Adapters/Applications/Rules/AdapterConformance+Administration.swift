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
    static let administrationRules: [ApplicationRule] = [
        ApplicationRule(
            .administration, "only an administrator sees the sessions of all users, on the page and in the API",
            of: { try AdapterApplication(listsSessions: true) }
        ) { visit in
            let (stranger, ada) = (visit.stranger(), try await visit.user("ada"))
            let grace = try await visit.user("grace")
            for path in ["/admin/sessions", "/api/admin/sessions"] {
                try visit.expect(try await stranger.send(.get, path), .unauthorized, "\(path) of a program")
                let person = try await stranger.send(.get, path, .ofNavigation)
                try visit.expect(person, .seeOther, "\(path) of a person")
                try visit.expect(try await ada.send(.get, path), .forbidden, "\(path) of a user")
                try visit.expect(try await grace.send(.get, path), .ok, saying: "ada", "\(path) of an administrator")
            }
            let id = try visit.check.require(
                try await grace.listedIDs("/api/admin/sessions?user=grace").first, "the API lists no session")
            let ended = try await ada.send(.delete, "/api/admin/sessions/\(id)?reason=x", .ofOwnPage)
            try visit.expect(ended, .forbidden, "the end of an administrator's session by a user")
            let form = try await ada.submit("end=\(id)&reason=x", to: "/admin/sessions")
            try visit.expect(form, .forbidden, "the form of a user")
            try visit.expect(try await grace.send(.get, "/api/me"), .ok, "the administrator after it")
        },
        ApplicationRule(
            .administration, "an administrator finds a user's session on the page, and ends it with a reason",
            of: { try AdapterApplication(listsSessions: true) }
        ) { visit in
            let (ada, alan) = (try await visit.user("ada"), try await visit.user("alan"))
            let grace = try await visit.user("grace")
            let path = "/admin/sessions?user=ada"
            let page = try await grace.send(.get, path, .ofNavigation)
            try visit.expect(page, .ok, saying: "1 session on this page", "the page of one user")
            let policy = page.headerFields[.contentSecurityPolicy] ?? ""
            try visit.check.expect(policy.contains("default-src 'none'"), "Content-Security-Policy is \(policy)")
            let id = try visit.check.require(page.body.value(of: "end"), "the page has no session to end")
            let token = try visit.check.require(page.body.value(of: "_csrf"), "the page has no token")
            let ended = try await grace.submit("_csrf=\(token)&end=\(id)&reason=lost+phone", to: path)
            try visit.expect(ended, .seeOther, "the form")
            let location = ended.headerFields[values: .location]
            try visit.check.expect(location, is: ["./sessions?user=ada"], "Location")
            try visit.expect(try await ada.send(.get, "/api/me"), .unauthorized, "the session that was ended")
            try visit.expect(try await alan.send(.get, "/api/me"), .ok, saying: "Alan Turing", "another user's")
            try visit.expect(
                try await grace.send(.get, path), .ok, saying: "1 session was ended.", "the page after the form")
        },
        ApplicationRule(
            .administration, "the API of all sessions has filters, and ends a session with a reason",
            of: { try AdapterApplication(listsSessions: true) }
        ) { visit in
            let (ada, alan) = (try await visit.user("ada"), try await visit.user("alan"))
            let grace = try await visit.user("grace")
            let path = "/api/admin/sessions"
            try visit.check.expect(try await grace.listedIDs(path).count, is: 3, "sessions of all users")
            let ids = try await grace.listedIDs(path + "?user=ada")
            try visit.check.expect(ids.count, is: 1, "sessions of one user")
            func delete(_ suffix: String) async throws -> AdapterResponse {
                try await grace.send(.delete, path + suffix, .ofOwnPage)
            }
            try visit.expect(try await delete("/\(ids[0])"), .badRequest, "an end without a reason")
            try visit.expect(try await delete("/x?reason=x"), .notFound, "the end of no session")
            try visit.expect(try await delete("/\(ids[0])?reason=x"), .noContent, "the end of a session")
            try visit.expect(try await ada.send(.get, "/api/me"), .unauthorized, "the session that was ended")
            try visit.expect(try await alan.send(.get, "/api/me"), .ok, saying: "Alan Turing", "another user's")
        },
    ]
}

extension String {
    /// The value of the first input with a name, in HTML.
    fileprivate func value(of name: String) -> String? {
        guard
            let start = self.firstRange(of: "name=\"\(name)\"").map({ self[$0.upperBound...] }),
            let value = start.firstRange(of: "value=\"").map({ start[$0.upperBound...] })
        else { return nil }
        return String(value.prefix { $0 != "\"" })
    }
}
