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
import HummingbirdTesting
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

@Suite("The page of the active sessions page with many sessions")
struct ActiveSessionsPageListTests {
    private let path = "/account/sessions"

    /// Of ten sessions a page.
    private static var configuration: ActiveSessionsPageConfiguration {
        var configuration = ActiveSessionsPageConfiguration()
        configuration.sessionsPerPage = 10
        return configuration
    }

    /// Where a link of a page leads, as seen from this path.
    private func link(_ text: String, in html: String) -> String? {
        guard
            let end = html.firstRange(of: "\">\(text)</a>")?.lowerBound,
            let start = html[..<end].ranges(of: "href=\"").last?.upperBound
        else { return nil }
        let target = String(html[start..<end])
        return target.hasPrefix("?") ? self.path + target : self.path
    }

    @Test("a long list comes in pages with links that need no script, this device first on each")
    func pages() async throws {
        try await ActiveSessionsPageHarness.test(.stored(in: MemorySessionStore()), Self.configuration) { harness in
            let desk = try await harness.browser("ada", label: "Desk")
            for _ in 0..<25 { _ = try await harness.browser("ada", ActiveSessionsPageHarness.safari) }
            var (ids, path, pageCount) = (Set<String>(), String?.some(self.path), 0)
            while let current = path {
                let html = try await desk.send(current).text
                #expect(html.contains("<h3><bdi>Desk</bdi></h3>"))
                #expect(html.ranges(of: "<h3>").count <= 11)
                #expect((self.link("First page", in: html) == nil) == (pageCount == 0))
                let known = try await harness.ids(of: "ada")
                ids.formUnion(known.filter { html.contains("value=\"\($0)\"") })
                pageCount += 1
                path = self.link("Next page", in: html)
            }
            #expect(pageCount == 3)
            #expect(ids == Set(try await harness.ids(of: "ada")))
        }
    }

    @Test("a button of a later page ends a session that the first page does not show, and comes back to that page")
    func endingOnALaterPage() async throws {
        try await ActiveSessionsPageHarness.test(.stored(in: MemorySessionStore()), Self.configuration) { harness in
            let desk = try await harness.browser("ada")
            harness.clock.advance(by: .seconds(1))
            for _ in 0..<25 { _ = try await harness.browser("ada", ActiveSessionsPageHarness.safari) }
            let first = try await desk.send(self.path).text
            let next = try #require(self.link("Next page", in: first))
            let html = try await desk.send(next).text
            let id = try #require(
                try await harness.ids(of: "ada").dropFirst().last { html.contains("value=\"\($0)\"") })
            let response = try await desk.press(id, at: next)
            #expect(response.status == .seeOther)
            #expect(response.headers[.location] == "./sessions\(next.dropFirst(self.path.count))")
            #expect(try await desk.send(next).text.contains("Signed out: Safari on iPhone."))
            #expect(try await harness.ids(of: "ada").count == 25)
        }
    }

    @Test("a link to a page of a list that is another by now leads to its beginning")
    func cursors() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let desk = try await harness.browser("ada", label: "Desk")
            _ = try await harness.browser("ada", ActiveSessionsPageHarness.safari)
            for cursor in ["", "x", "AAAA", "%00", "%FF", String(repeating: "A", count: 5_000)] {
                let page = try await desk.send("\(self.path)?from=\(cursor)")
                #expect(page.status == .ok && page.text.contains("Safari on iPhone"), "\(cursor.prefix(10))")
                #expect(self.link("First page", in: page.text) == nil)
                let response = try await desk.press("x", at: "\(self.path)?from=\(cursor)")
                #expect(response.status == .seeOther)
            }
        }
    }
}
#endif
