//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The parts of an address that cookies and Fetch Metadata care about.
struct TestLocation {
    let isSecure: Bool
    let host: String
    /// The host with the port, if there is one.
    let authority: String
    let path: String

    /// Parses `https://host[:port]/path?query`, or returns nil.
    init?(_ url: String) {
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        self.isSecure = scheme == "https"
        self.authority = authority.lowercased()
        self.host = authority.prefix { $0 != ":" }.lowercased()
        self.path = path.isEmpty ? "/" : String(path)
    }

    var scheme: String { self.isSecure ? "https" : "http" }

    /// Scheme and host with port.
    var origin: String { "\(self.scheme)://\(self.authority)" }

    /// Whether the connection is secure, or to this machine.
    var isTrustworthy: Bool { self.isSecure || self.host == "localhost" || self.host == "127.0.0.1" }

    /// An address as a browser resolves it on a page at this one.
    func resolving(_ address: String) -> String {
        URL(string: address, relativeTo: URL(string: self.origin + self.path))?.absoluteString ?? address
    }

    /// The path of a cookie without the attribute `Path` (RFC 6265bis section 5.1.4).
    var defaultCookiePath: String {
        guard let slash = self.path.lastIndex(of: "/"), slash != self.path.startIndex else { return "/" }
        return String(self.path[..<slash])
    }

    /// Section 5.1.3: the host is the domain, or a host below it.
    func domainMatches(_ domain: String) -> Bool {
        self.host == domain || self.host.hasSuffix("." + domain)
    }

    /// Section 5.1.4: the path is the cookie's, or below it.
    func pathMatches(_ cookiePath: String) -> Bool {
        self.path == cookiePath
            || self.path.hasPrefix(cookiePath) && (cookiePath.hasSuffix("/") || self.path.hasPrefix(cookiePath + "/"))
    }
}
