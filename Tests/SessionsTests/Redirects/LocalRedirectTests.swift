//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Sessions
import Testing

@Suite("Local redirects")
struct LocalRedirectTests {
    @Test(
        "a path of this server is a place to go on to, as a browser writes it",
        arguments: [
            ("/", "/"), ("/account", "/account"), ("/account?tab=2&x=%2F%2Fy", "/account?tab=2&x=%2F%2Fy"),
            ("/a/b.c/..d/...", "/a/b.c/..d/..."), ("/search?q=100%25", "/search?q=100%25"), ("/100%", "/100%"),
            ("/search?q=a b\"<>", "/search?q=a%20b\"<>"), ("/k\u{E4}se?\u{1F9C0}", "/k%C3%A4se?%F0%9F%A7%80"),
            ("/to?url=https://example.com//..", "/to?url=https://example.com//.."), ("/a//b", "/a//b"),
            ("/a%2Fb", "/a%2Fb"), ("/page#part", "/page#part"), ("/\u{2215}/evil", "/%E2%88%95/evil"),
            ("/x:y@z", "/x:y@z"),
        ])
    func local(text: String, location: String) throws {
        let redirect = try #require(LocalRedirect(text))
        #expect(redirect.location == location)
        #expect("\(redirect)" == location)
        #expect(LocalRedirect(location)?.location == location)
    }

    @Test(
        "what anyone could take for another host is no place",
        arguments: [
            "", "account", "?x", "#x", ".", "..", "//", "//evil.example", "///evil.example", "/\\evil.example",
            "\\/evil",
            "/a\\b", "https://evil.example", "https:/evil.example", "javascript:alert(1)", "data:,x", "/\t/evil",
            "\t/a", "/a\n",
            "/\u{7F}", "/a?b=\r\nX: 1", "/%2Fevil", "/%2f%2fevil", "/%5cevil", "/%5C%5Cevil", "/%252fevil",
            "/%25252fevil",
            "/%2525252fevil", "/a%5cb", "/%09/evil", "/a?b=%0d%0aX:%201", "/a?b=%250d%250aX", "/a%00", "/.", "/..",
            "/./a",
            "/../a", "/a/..", "/a/../b", "/..//evil", "/.//evil", "/%2e%2e//evil", "/%2E//evil", "/.%2e//evil",
            "/%252e%252e//evil", "/a%3F/%2e%2e//evil", "/a%23/..//evil", "/..;//evil", "/..;x=1//evil", "/a/..%2f/evil",
            "/%2525252525252525", "/?%2525252525",
        ])
    func elsewhere(text: String) {
        #expect(LocalRedirect(text) == nil)
    }

    @Test("2,048 bytes are looked at, and a longer text is no place, in whatever bytes it is counted")
    func length() throws {
        #expect(LocalRedirect("/" + String(repeating: "a", count: 2047)) != nil)
        #expect(LocalRedirect("/" + String(repeating: "a", count: 2048)) == nil)
        #expect(LocalRedirect("/" + String(repeating: "\u{E4}", count: 1024)) == nil)
        let longest = try #require(LocalRedirect("/" + String(repeating: "\u{E4}", count: 1023)))
        #expect(longest.location.utf8.count == 1 + 1023 * 6)
        #expect(LocalRedirect(String(repeating: "/%25", count: 5_000_000)) == nil)
        #expect(LocalRedirect("/%" + String(repeating: "25", count: 600)) == nil)
    }

    @Test("a page can lead on to another, whatever its own query is")
    func leading() throws {
        let login = try #require(LocalRedirect("/login"))
        let next = try #require(LocalRedirect("/a?b=c&d=\u{E4}#e"))
        #expect(login.addingRedirect(to: next).location == "/login?next=%2Fa%3Fb%3Dc%26d%3D%25C3%25A4%23e")
        let kind = try #require(LocalRedirect("/login?kind=page#form"))
        #expect(kind.addingRedirect(to: .root, as: "back to").location == "/login?kind=page&back%20to=%2F#form")
        #expect(login != kind && Set([login, login]).count == 1)
    }
}
