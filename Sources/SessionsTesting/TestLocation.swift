//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The parts of an address that cookies care about.
struct TestLocation {
    let isSecure: Bool
    let host: String
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
        self.host = authority.prefix { $0 != ":" }.lowercased()
        self.path = path.isEmpty ? "/" : String(path)
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
