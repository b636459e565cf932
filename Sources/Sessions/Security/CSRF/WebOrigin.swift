//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The origin of a page: scheme, host and port (RFC 6454), normalized.
struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The maximum size of an accepted string, in bytes. A host name has at most 253.
    static let limit = 300

    private let scheme: String
    private let host: String
    private let port: Int?

    /// Parses the serialized form, `https://example.com:8443`, or returns nil. The default ports 443 of `https` and 80
    /// of `http` are equal to none, and uppercase letters to lowercase.
    init?(_ text: some StringProtocol) {
        let text = text.utf8
        guard text.count <= Self.limit, text.allSatisfy({ $0 < 0x80 }) else { return nil }
        let lowercased = String(decoding: text, as: UTF8.self).lowercased()
        guard let colon = lowercased.firstIndex(of: ":"), lowercased[colon...].hasPrefix("://") else { return nil }
        let scheme = lowercased[..<colon]
        guard
            let first = scheme.first, first.isLetter,
            scheme.allSatisfy({ $0.isLetter || $0.isNumber || "+-.".contains($0) }),
            let (host, port) = Self.hostAndPort(lowercased[colon...].dropFirst(3))
        else { return nil }
        self.scheme = String(scheme)
        self.host = String(host)
        self.port = port == Self.defaultPorts[self.scheme] ? nil : port
    }

    /// The origin of a request: the host of `Host` or `:authority`, over a secure or plain connection.
    init?(authority: String, isSecure: Bool) {
        self.init("\(isSecure ? "https" : "http")://\(authority)")
    }

    var description: String {
        "\(self.scheme)://\(self.host)\(self.port.map { ":\($0)" } ?? "")"
    }

    private static let defaultPorts = ["https": 443, "http": 80]

    /// Parses what follows the scheme, which must be only a host and a port.
    private static func hostAndPort(_ text: Substring) -> (host: Substring, port: Int?)? {
        let host: Substring
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[...end]
            guard IPAddress(host.dropFirst().dropLast()) != nil else { return nil }
        } else {
            host = text.prefix { $0 != ":" }
            guard !host.isEmpty, host.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else {
                return nil
            }
        }
        let rest = text[host.endIndex...]
        guard !rest.isEmpty else { return (host, nil) }
        let digits = rest.dropFirst()
        guard
            rest.first == ":", (1...5).contains(digits.count), digits.allSatisfy(\.isNumber),
            let port = Int(digits), port <= 65_535
        else { return nil }
        return (host, port)
    }
}
