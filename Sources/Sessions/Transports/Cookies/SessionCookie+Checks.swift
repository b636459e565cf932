//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionCookie {
    /// Attributes that browsers reject or that help attackers, each with what to change.
    var problems: [String] {
        self.problemsOfName + self.problemsOfPrefix + self.problemsOfAttributes + self.problemsOfSameSite
    }

    private var problemsOfName: [String] {
        guard !self.name.isEmpty, self.name.utf8.allSatisfy(Self.isTokenByte) else {
            let printable = String(decoding: self.name.utf8.filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
            return ["cookie.name \"\(printable)\" is not an RFC 9110 token: use letters, digits, \"-\" and \"_\"."]
        }
        guard self.name.utf8.count <= 256 else {
            return ["cookie.name has \(self.name.utf8.count) bytes: use at most 256."]
        }
        return []
    }

    private var problemsOfPrefix: [String] {
        let prefixes = ["__Host-Http-", "__Host-", "__Http-", "__Secure-"]
        guard let prefix = prefixes.first(where: { self.name.lowercased().hasPrefix($0.lowercased()) }) else {
            return []
        }
        guard self.name.hasPrefix(prefix) else {
            return [
                """
                cookie.name "\(self.name)" spells the prefix \(prefix) in another case, which browsers hold to its \
                rules and servers do not recognize: write \(prefix).
                """
            ]
        }
        var problems: [String] = []
        if self.secure != .always {
            problems.append(
                """
                cookie.name has the prefix \(prefix), which needs cookie.secure = .always: set that, or use a name \
                without the prefix (SessionCookie.development does).
                """
            )
        }
        if prefix.hasPrefix("__Host-") {
            if self.domain != nil {
                problems.append(
                    "cookie.name has the prefix \(prefix), which forbids cookie.domain: remove it, or use __Secure-."
                )
            }
            if self.path != "/" {
                problems.append(
                    "cookie.name has the prefix \(prefix), which needs cookie.path = \"/\": set that, or use __Secure-."
                )
            }
        }
        if prefix.hasSuffix("Http-"), !self.isHTTPOnly {
            problems.append("cookie.name has the prefix \(prefix), which needs cookie.isHTTPOnly = true.")
        }
        return problems
    }

    private var problemsOfAttributes: [String] {
        var problems: [String] = []
        if !Self.isPath(self.path) {
            problems.append(
                "cookie.path must begin with \"/\", have no \";\" or control characters, and at most 1,024 bytes."
            )
        }
        if let domain, !Self.isDomain(domain) {
            problems.append(
                "cookie.domain must be a host name such as example.com: letters, digits and \"-\" between single dots."
            )
        }
        return problems
    }

    private var problemsOfSameSite: [String] {
        var problems: [String] = []
        if self.sameSite == .none, self.secure != .always {
            problems.append(
                """
                cookie.sameSite = .none needs cookie.secure = .always, or browsers refuse the cookie: set that, or use \
                .auto for both.
                """
            )
        }
        if self.sameSite == .auto, self.secure == .never {
            problems.append(
                "cookie.sameSite = .auto needs cookie.secure = .auto or .always, or browsers refuse the cookie."
            )
        }
        if self.isPartitioned, self.secure != .always {
            problems.append("cookie.isPartitioned needs cookie.secure = .always, or browsers refuse the cookie.")
        }
        if self.isPartitioned, self.sameSite == .lax || self.sameSite == .strict {
            problems.append(
                """
                cookie.isPartitioned needs cookie.sameSite = .none or .auto, or no frame of another site is ever sent \
                the cookie: set that, or do not partition it.
                """
            )
        }
        return problems
    }

    /// `token` of RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        Self.isLetterOrDigit(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    /// `av-octet` of RFC 6265bis section 4.1.1.
    private static func isAttributeByte(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: ";")
    }

    static func isPath(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/") && path.utf8.count <= 1024 && path.utf8.allSatisfy(Self.isAttributeByte)
    }

    static func isDomain(_ domain: String) -> Bool {
        let labels = domain.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return domain.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { byte in byte == UInt8(ascii: "-") || Self.isLetterOrDigit(byte) }
            }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte | 0x20 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }
}
