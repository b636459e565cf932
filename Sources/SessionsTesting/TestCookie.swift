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
public import Sessions

/// A cookie as a ``TestBrowser`` keeps it.
public struct TestCookie: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String
    /// The domain of the cookie.
    public var domain: String
    /// Whether it is sent only to that host, and not to its subdomains.
    public var isHostOnly: Bool
    /// The path below which it is sent.
    public var path: String
    /// Whether it is sent over secure connections only.
    public var isSecure: Bool
    /// Whether scripts cannot see it.
    public var isHTTPOnly: Bool
    /// The value of `SameSite` in lower case. Nil if there was none.
    public var sameSite: String?
    /// Whether it had the attribute `Partitioned`.
    public var isPartitioned: Bool
    /// When it expires. Nil if it ends when the browser is closed.
    public var expiresAt: SessionInstant?

    /// Creates a cookie for ``TestBrowser/plant(_:)``.
    public init(name: String, value: String, domain: String, path: String = "/", isSecure: Bool = false) {
        self.name = name
        self.value = value
        self.domain = domain
        self.isHostOnly = true
        self.path = path
        self.isSecure = isSecure
        self.isHTTPOnly = false
        self.sameSite = nil
        self.isPartitioned = false
        self.expiresAt = nil
    }

    /// Parses a `Set-Cookie` field as RFC 6265bis section 5.6 specifies, or returns nil if browsers would reject it.
    init?(_ field: String, from location: TestLocation, now: SessionInstant) {
        guard field.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        let parts = field.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimming)
        let (name, value) = Self.pair(parts[0])
        guard let value, !name.isEmpty, name.utf8.count + value.utf8.count <= 4096 else { return nil }
        self.init(name: name, value: value, domain: location.host, path: location.defaultCookiePath)
        var maxAge: Int64?
        var expires: SessionInstant?
        for attribute in parts.dropFirst() {
            let (key, value) = Self.pair(attribute)
            guard (value ?? "").utf8.count <= 1024 else { continue }
            switch key.lowercased() {
            case "secure": self.isSecure = true
            case "httponly": self.isHTTPOnly = true
            case "partitioned": self.isPartitioned = true
            case "samesite": self.sameSite = value?.lowercased()
            case "max-age": maxAge = value.flatMap(Self.seconds)
            case "expires": expires = value.flatMap(Self.date)
            case "path":
                if let value, value.hasPrefix("/") { self.path = value }
            case "domain":
                guard let value, !value.isEmpty else { continue }
                self.domain = (value.hasPrefix(".") ? String(value.dropFirst()) : value).lowercased()
                self.isHostOnly = false
            default: break
            }
        }
        // Max-Age has precedence over Expires, and neither extends further than 400 days.
        let limit = now + .days(400)
        self.expiresAt = (maxAge.map { now + .seconds($0) } ?? expires).map { min($0, limit) }
        guard self.isAcceptable(from: location) else { return nil }
    }

    private func isAcceptable(from location: TestLocation) -> Bool {
        guard location.domainMatches(self.domain) else { return false }
        guard !self.isSecure || location.isSecure else { return false }
        guard self.sameSite != "none" || self.isSecure, !self.isPartitioned || self.isSecure else { return false }
        let name = self.name.lowercased()
        if name.hasPrefix("__secure-") || name.hasPrefix("__http-") {
            guard self.isSecure else { return false }
        }
        if name.hasPrefix("__host-") {
            guard self.isSecure, self.isHostOnly, self.path == "/" else { return false }
        }
        if name.hasPrefix("__http-") || name.hasPrefix("__host-http-") {
            guard self.isHTTPOnly else { return false }
        }
        return true
    }

    func isExpired(at now: SessionInstant) -> Bool {
        self.expiresAt.map { $0 <= now } ?? false
    }

    /// Whether this cookie replaces another: name, domain, host-only flag and path are the same.
    func isSameCookie(as other: TestCookie) -> Bool {
        self.name == other.name && self.domain == other.domain && self.isHostOnly == other.isHostOnly
            && self.path == other.path && self.isPartitioned == other.isPartitioned
    }

    func isSent(to location: TestLocation, initiatedBy initiator: TestBrowser.Initiator) -> Bool {
        guard self.isHostOnly ? location.host == self.domain : location.domainMatches(self.domain) else { return false }
        guard location.pathMatches(self.path), !self.isSecure || location.isSecure else { return false }
        switch initiator.choice {
        case .visitor, .sameOrigin, .sameSite: return true
        case .crossSiteNavigation: return self.sameSite != "strict"
        case .crossSiteSubresource: return self.sameSite == "none"
        }
    }

    private static func trimming(_ text: some StringProtocol) -> String {
        var text = text[...]
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    private static func pair(_ text: String) -> (String, String?) {
        guard let equals = text.firstIndex(of: "=") else { return (self.trimming(text), nil) }
        return (self.trimming(text[..<equals]), self.trimming(text[text.index(after: equals)...]))
    }

    private static func seconds(_ text: String) -> Int64? {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
            return nil
        }
        return Int64(text) ?? (text.hasPrefix("-") ? .min : .max)
    }

    /// An IMF-fixdate: `Thu, 01 Jan 1970 00:00:00 GMT`.
    private static func date(_ text: String) -> SessionInstant? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split { $0 == " " || $0 == ":" }
        guard parts.count == 8, parts[7] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        guard let time = TimeZone(secondsFromGMT: 0) else { return nil }
        var components = DateComponents()
        components.timeZone = time
        components.day = Int(parts[1])
        components.month = month + 1
        components.year = Int(parts[3])
        components.hour = Int(parts[4])
        components.minute = Int(parts[5])
        components.second = Int(parts[6])
        return Calendar(identifier: .gregorian).date(from: components).map { SessionInstant($0) }
    }
}
