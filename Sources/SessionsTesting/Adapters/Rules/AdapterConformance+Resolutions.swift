//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import Synchronization

extension AdapterConformance {
    static let resolutionRules: [AdapterRule] = [
        AdapterRule(.resolutions, "every Cookie field is read, not only the first or the last") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let route = AdapterRoute(of: harness) { session in AdapterHandlerResult("\(session[.visits])") }
            try await runner.serve([route]) { visit in
                var request = AdapterRequest(path: route.path)
                browser.addCookies(to: &request.headerFields, for: AdapterHarness.origin)
                let cookie = request.headerFields[.cookie] ?? ""
                request.headerFields[values: .cookie] = ["a=1", cookie, "b=2"]
                let response = try await visit.client.send(request)
                try visit.check.expect(response.body, is: "1", "the counter of the session")
            }
        },
        AdapterRule(.resolutions, "a request that a browser sends without its cookie begins no session") { runner in
            let harness = try AdapterHarness()
            let routes = [HTTPRequest.Method.get, .post].map { method in
                AdapterRoute(method, of: harness) { session in
                    session[.visits] += 1
                    return AdapterHandlerResult("hello", headerFields: [.contentLanguage: "en"])
                }
            }
            try await runner.serve(routes) { visit in
                // A navigation from another harness sends a cookie with SameSite=Lax with GET, and not with POST.
                for (method, cookies) in [(HTTPRequest.Method.get, ["__Host-session"]), (.post, [])] {
                    var fields = HTTPFields()
                    for (name, value) in [
                        "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
                    ] { fields[try visit.check.require(HTTPField.Name(name), "\(name) is no name")] = value }
                    let response = try await visit.send(method, from: harness.stranger(), fields)
                    try visit.check.expect(response.cookieNames, is: cookies, "cookies after \(method)")
                }
            }
        },
        AdapterRule(.resolutions, "address and security are those of the connection, whatever header fields say") {
            runner in
            let requests = AdapterRequestLog()
            let harness = try AdapterHarness { $0.cookieForRequest = requests.add }
            let route = AdapterRoute(of: harness) { _ in AdapterHandlerResult("hello") }
            try await runner.serve([route]) { visit in
                let fields = try AdapterRequestLog.forwardedFields(isSecure: !visit.client.isSecure, visit.check)
                _ = try await visit.send(from: harness.stranger(), fields)
                try visit.check.expect(requests.addresses, is: [visit.client.address], "the client's address")
                try visit.check.expect(requests.securities, is: [visit.client.isSecure], "whether it is secure")
            }
        },
        AdapterRule(.resolutions, "what a trusted proxy says reaches the engine") { runner in
            let requests = AdapterRequestLog()
            let harness = try AdapterHarness { configuration in
                configuration.cookieForRequest = requests.add
                configuration.trustedProxies = .count(1)
            }
            let route = AdapterRoute(of: harness) { _ in AdapterHandlerResult("hello") }
            try await runner.serve([route]) { visit in
                let fields = try AdapterRequestLog.forwardedFields(isSecure: !visit.client.isSecure, visit.check)
                _ = try await visit.send(from: harness.stranger(), fields)
                try visit.check.expect(requests.addresses, is: ["203.0.113.9"], "the client's address")
                try visit.check.expect(requests.securities, is: [!visit.client.isSecure], "whether it is secure")
            }
        },
    ]
}

/// Records the requests that an engine opened.
private final class AdapterRequestLog: Sendable {
    private let requests = Mutex<[SessionRequest]>([])

    /// Records a request when its cookie is chosen.
    @Sendable func add(_ request: SessionRequest) -> SessionCookie {
        self.requests.withLock { $0.append(request) }
        return .standard
    }

    /// The distinct addresses of the clients.
    var addresses: Set<String?> { Set(self.requests.withLock { $0.map(\.clientAddress) }) }

    /// Whether the connections were secure.
    var securities: Set<Bool> { Set(self.requests.withLock { $0.map(\.isSecure) }) }

    /// The header fields of a proxy, or of a client that pretends to be one.
    static func forwardedFields(isSecure: Bool, _ check: ConformanceCheck) throws -> HTTPFields {
        let scheme = isSecure ? "https" : "http"
        let fields = [
            "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": scheme, "X-Real-IP": "203.0.113.9",
            "Forwarded": "for=203.0.113.9;proto=\(scheme)",
        ]
        var result = HTTPFields()
        for (name, value) in fields {
            result[try check.require(HTTPField.Name(name), "\(name) is no name of a field")] = value
        }
        return result
    }
}
