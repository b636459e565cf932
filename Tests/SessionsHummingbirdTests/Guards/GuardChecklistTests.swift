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

/// Row 26 of the security checklist.
@Suite("Security checklist: guards")
struct GuardChecklistTests {
    /// What routers, proxies and servers elsewhere have read as `/vault`.
    private static let paths = [
        "/vault", "//vault", "/vault/", "/vault//", "///vault///", "/vault/.", "/./vault", "/public/../vault",
        "/%2e/vault", "/%76ault", "/va%75lt", "/VAULT", "/Vault", "/vault;x=1", "/vault?x=1", "/vault#x", "/vault%20",
        "/vault%00", "/vault.", "/%2fvault", "/vault%2f", "/vault/inner", "//vault//inner/", "/vault/%69nner",
        "http://localhost/vault", "http://localhost//vault", "/vault\\", "/public/..;/vault", "*",
    ]
    private static let methods = [
        "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "PROPFIND", "PURGE", "get",
        "Head",
        "gET", "GETX", "CONNECT",
    ]
    /// Of each kind one that some server obeys.
    private static let overrides: [HTTPFields] = [
        "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL",
        "X-Forwarded-Uri", "X-Forwarded-Prefix", "X-Authenticated-User", "Upgrade",
    ].map { name in
        HTTPField.Name(name).map { [$0: name.contains("Method") ? "GET" : "/public"] } ?? [:]
    }

    /// Runs a server whose vault answers every method that has a route, behind a guard that hides it.
    private func serve(
        _ framework: TestingSetup,
        _ test: @escaping @Sendable (BrowsingClient, CallCount) async throws -> Void
    ) async throws {
        for options in [RouterOptions.autoGenerateHeadEndpoints, [.caseInsensitive, .autoGenerateHeadEndpoints]] {
            var harness = GuardHarness()
            harness.options = options
            let calls = CallCount()
            try await harness.serve(framework) { router in
                router.get("public") { _, _ in "public" }
                let vault = router.group("vault").add(middleware: try RequireLogin(.redirect(to: "/login")))
                for method in Self.methods.compactMap({ HTTPRequest.Method($0) }) where method != .head {
                    for path in ["", "inner", "**"] as [RouterPath] {
                        vault.on(path, method: method) { _, _ in
                            calls.add()
                            return "gold"
                        }
                    }
                }
            } _: { browser in
                try await test(browser, calls)
            }
        }
    }

    @Test("checklist 26: no request of a stranger gets to a guarded handler, whatever its method, path or fields")
    func strangers() async throws {
        try await self.serve(.router) { browser, calls in
            for method in Self.methods.compactMap({ HTTPRequest.Method($0) }) {
                for path in Self.paths {
                    let overrides = path == "/vault" ? Self.overrides : []
                    for headers in [HTTPFields(), .ofBrowser] + overrides {
                        let response = try await browser.send(path, method: method, headers: headers)
                        #expect(response.text != "gold")
                        #expect(
                            [.unauthorized, .seeOther, .notFound].contains(response.status), "\(method) \(path)"
                        )
                    }
                }
            }
            #expect(calls.value == 0)
            // The same requests reach the vault with a login. Otherwise this would prove nothing.
            try await browser.logIn()
            for method in Self.methods.compactMap({ HTTPRequest.Method($0) }) {
                for path in ["/vault", "//vault//inner/", "/vault/a/b"] {
                    try await browser.send(path, method: method)
                }
            }
            #expect(calls.value == 3 * Self.methods.count)
        }
    }

    @Test("checklist 26: nor does one over a socket")
    func strangersOverSockets() async throws {
        try await self.serve(.live) { browser, calls in
            for method in [HTTPRequest.Method.get, .head, .options, .post, .put, .patch, .delete] {
                for path in ["/vault", "//vault", "/vault/.", "/%76ault", "/vault?x", "/vault/inner", "/vault;x"] {
                    let response = try await browser.send(path, method: method, headers: .ofBrowser)
                    #expect([.unauthorized, .seeOther, .notFound].contains(response.status), "\(method) \(path)")
                }
            }
            #expect(calls.value == 0)
            try await browser.logIn()
            try await browser.send("/vault", method: .head)
            #expect(calls.value == 1)
        }
    }

    @Test(
        "checklist 26: the way back from a login leads nowhere but here, whatever a link to the login page says",
        arguments: [
            "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "https:evil.example",
            "javascript:alert(1)", "/%2f%2fevil.example", "/%2fevil.example", "/%5cevil.example", "/%252fevil.example",
            "/\tevil.example", "/\t/evil.example", "/\n/evil.example", "/a\r\nSet-Cookie: x=1",
            "/a%0d%0aSet-Cookie:%20x=1",
            "/..//evil.example", "/.//evil.example", "/%2e%2e//evil.example", "/a/..//evil.example",
            "/a%3f/%2e%2e//evil.example",
            "evil.example", "", " /account", "?x=1", "/\u{0}", "/" + String(repeating: "a", count: 2048),
        ])
    func wayBack(next: String) async throws {
        try await GuardHarness().serve(.live) { browser in
            let response = try await browser.logIn(next: next)
            #expect(response.status == .seeOther)
            #expect(response.headers[values: .location] == ["/"])
            #expect(response.headers[values: .setCookie].count == 1)
        }
    }

    @Test(
        "checklist 26: a guard names no other place in its redirect, whatever the path of the request", arguments: paths
    )
    func redirects(path: String) async throws {
        try await self.serve(.router) { browser, _ in
            let response = try await browser.send(path, headers: .ofBrowser)
            guard let location = response.headers[.location] else { return }
            #expect(location == "/login" || location.hasPrefix("/login?next=%2F"))
            #expect(!location.contains("next=%2F%2F") && !location.contains("%5C") && !location.contains("%0"))
        }
    }
}
#endif
