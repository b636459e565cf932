//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import Sessions

/// The response of a site to one request without a cookie, as the network sees it. The values of cookies are left out.
package struct ResponseFacts: Sendable, Equatable {
    /// A field `Set-Cookie`.
    package struct Cookie: Sendable, Equatable {
        package var name: String
        package var isSecure: Bool
        package var isHTTPOnly: Bool
        /// In lower case; nil if there is none.
        package var sameSite: String?
        package var domain: String?
        package var path: String?

        /// Parses a field. The value is forgotten.
        package init?(_ field: String) {
            let parts = field.split(separator: ";", omittingEmptySubsequences: false)
            guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { return nil }
            func trimmed(_ text: Substring) -> String {
                String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            }
            self.name = trimmed(pair[..<equals])
            var attributes: [String: String] = [:]
            for part in parts.dropFirst() {
                let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                attributes[trimmed(words[0]).lowercased()] = words.count > 1 ? trimmed(words[1]) : ""
            }
            self.isSecure = attributes["secure"] != nil
            self.isHTTPOnly = attributes["httponly"] != nil
            self.sameSite = attributes["samesite"]?.lowercased()
            self.domain = attributes["domain"].flatMap { $0.isEmpty ? nil : $0 }
            self.path = attributes["path"]
        }
    }

    package var url: String
    package var status: Int
    package var cookies: [Cookie]
    /// The words of `Cache-Control`, in lower case and without values.
    package var cacheControl: [String]
    /// The field `Age`, which caches add.
    package var age: String?
    package var hasStrictTransportSecurity: Bool
    /// Why there is no response.
    package var failure: String?

    package var isHTTPS: Bool { self.url.lowercased().hasPrefix("https://") }

    /// - Parameter fields: The header fields, in order.
    package init(url: String, status: Int, fields: [(name: String, value: String)]) {
        func values(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name }.map(\.value) }
        self.url = url
        self.status = status
        self.cookies = values("set-cookie").compactMap { Cookie($0) }
        self.cacheControl = values("cache-control").flatMap { $0.split(separator: ",") }.map { word in
            word.split(separator: "=")[0].filter { !$0.isWhitespace }.lowercased()
        }
        self.age = values("age").first
        self.hasStrictTransportSecurity = !values("strict-transport-security").isEmpty
    }

    /// Sends one request, and follows no redirection.
    ///
    /// - Parameter authority: The PEM file of the authority that signed the certificate. Nil: those of the system.
    static func measure(_ url: String, authority: String?) async -> ResponseFacts {
        var configuration = HTTPClient.Configuration()
        if let authority {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(authority)
            configuration.tlsConfiguration = tls
        }
        configuration.redirectConfiguration = .disallow
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var facts = ResponseFacts(url: url, status: 0, fields: [])
        do {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "User-Agent", value: "swift-sessions doctor")
            let response = try await client.execute(request, timeout: .seconds(10))
            facts = ResponseFacts(
                url: url, status: Int(response.status.code), fields: response.headers.map { ($0.name, $0.value) })
        } catch {
            facts.failure = "\(error)"
        }
        try? await client.shutdown()
        return facts
    }
}
#endif
