//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A cookie as it stands in `Set-Cookie` fields: what comes before its value, and what after. Made once for the cookie of a
/// configuration.
package final class WrittenCookie: Sendable {
    let name: String
    /// The name and the `=` before the value.
    let beginning: String
    /// What the names of further cookies begin with that carry the rest of a long value.
    let chunkNameBeginning: String
    /// The attributes on a plain connection, with the `; ` before them.
    private let plainAttributes: String
    /// The attributes on a secure connection.
    private let secureAttributes: String

    package init(_ cookie: SessionCookie) {
        self.name = cookie.name
        self.beginning = "\(cookie.name)="
        self.chunkNameBeginning = CookieChunks.nameBeginning(cookie.name)
        self.plainAttributes = Self.attributes(of: cookie, isSecureConnection: false)
        self.secureAttributes = Self.attributes(of: cookie, isSecureConnection: true)
    }

    private init(name: String, as cookie: WrittenCookie) {
        self.name = name
        self.beginning = "\(name)="
        self.chunkNameBeginning = CookieChunks.nameBeginning(name)
        self.plainAttributes = cookie.plainAttributes
        self.secureAttributes = cookie.secureAttributes
    }

    /// Another cookie with the same attributes.
    func named(_ name: String) -> WrittenCookie {
        WrittenCookie(name: name, as: self)
    }

    func attributes(isSecureConnection: Bool) -> String {
        isSecureConnection ? self.secureAttributes : self.plainAttributes
    }

    private static func attributes(of cookie: SessionCookie, isSecureConnection: Bool) -> String {
        var text = ""
        if let domain = cookie.domain { text += "; Domain=\(domain)" }
        text += "; Path=\(cookie.path)"
        let isSecure =
            switch cookie.secure.choice {
            case .always: true
            case .auto: isSecureConnection
            case .never: false
            }
        if isSecure { text += "; Secure" }
        if cookie.isHTTPOnly { text += "; HttpOnly" }
        switch cookie.sameSite.choice {
        case .strict: text += "; SameSite=Strict"
        case .lax: text += "; SameSite=Lax"
        case .none: text += "; SameSite=None"
        case .auto: text += isSecure ? "; SameSite=None" : "; SameSite=Lax"
        }
        if cookie.isPartitioned { text += "; Partitioned" }
        if let priority = cookie.priority { text += "; Priority=\(priority.text)" }
        return text
    }
}
