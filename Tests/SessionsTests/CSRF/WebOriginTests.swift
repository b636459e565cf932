//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Testing

@testable import Sessions

@Suite("Origins")
struct WebOriginTests {
    @Test(
        "one origin has one spelling: ports that go without saying and capital letters do not matter",
        arguments: [
            ("https://example.com", "https://example.com"), ("HTTPS://Example.COM", "https://example.com"),
            ("https://example.com:443", "https://example.com"), ("http://example.com:80", "http://example.com"),
            ("https://example.com:80", "https://example.com:80"), ("http://example.com:443", "http://example.com:443"),
            ("https://example.com:0443", "https://example.com"), ("http://localhost:8080", "http://localhost:8080"),
            ("http://192.0.2.1", "http://192.0.2.1"), ("http://[2001:DB8::1]:8080", "http://[2001:db8::1]:8080"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"), ("app://localhost", "app://localhost"),
            ("https://a_b.example.", "https://a_b.example."),
        ])
    func spellings(text: String, canonical: String) throws {
        let origin = try #require(WebOrigin(text))
        #expect("\(origin)" == canonical)
        #expect(origin == WebOrigin(canonical))
    }

    @Test(
        "what is no origin is none, and stands for no one",
        arguments: [
            "", "null", "example.com", "https:example.com", "https:/example.com", "https://", "https://:443",
            "://example.com",
            "https://example.com/", "https://example.com/path", "https://example.com?x", "https://example.com#x",
            "https://user@example.com", "https://example.com@evil.example", "https://*.example.com",
            "https://example.com:",
            "https://example.com:x", "https://example.com:-1", "https://example.com:65536",
            "https://example.com:444444",
            "https://example.com:9999999999999999999999", "https://example.com:443:443", "https://exam ple.com",
            "https://example.com\\evil", "https://b\u{FC}cher.example", "https://example\u{2024}com",
            "https://%65xample.com",
            "https://[::1", "https://[]", "https://[evil]", "https://[::1]x", "1https://example.com",
            "ht tp://example.com",
            "https://example.com https://evil.example", "https://" + String(repeating: "a", count: 300),
            "https://example.com:\u{0661}",
        ])
    func noOrigins(text: String) {
        #expect(WebOrigin(text) == nil)
    }

    @Test("other schemes, ports, subdomains and suffixes are other origins")
    func others() throws {
        let own = try #require(WebOrigin("https://example.com"))
        for text in [
            "http://example.com", "https://example.com:8443", "https://www.example.com",
            "https://example.com.evil.example",
            "https://evilexample.com", "https://example.co", "https://example.com.",
        ] {
            let other = try #require(WebOrigin(text))
            #expect(other != own)
        }
        #expect(WebOrigin(authority: "Example.com:443", isSecure: true) == own)
        #expect(WebOrigin(authority: "example.com", isSecure: false) == WebOrigin("http://example.com"))
        #expect(WebOrigin(authority: "example.com/x", isSecure: true) == nil)
        #expect(WebOrigin(authority: "", isSecure: true) == nil)
    }
}
