//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The parts of a `Set-Cookie` field before and after the value, prepared once for the cookie of a configuration. It is
/// a class, so that it is passed by reference.
package final class CookieTemplate: Sendable {
    let name: String
    /// The name and the `=` before the value.
    let prefix: String
    /// The prefix of the names of the further cookies of a long value.
    let chunkNamePrefix: String
    /// The attributes on a plain connection, with the leading `; `.
    private let plainAttributes: String
    /// The attributes on a secure connection.
    private let secureAttributes: String

    package convenience init(_ cookie: SessionCookie) {
        self.init(
            name: cookie.name,
            plainAttributes: Self.attributes(of: cookie, isSecureConnection: false),
            secureAttributes: Self.attributes(of: cookie, isSecureConnection: true)
        )
    }

    private init(name: String, plainAttributes: String, secureAttributes: String) {
        self.name = name
        self.prefix = "\(name)="
        self.chunkNamePrefix = CookieChunks.namePrefix(name)
        self.plainAttributes = plainAttributes
        self.secureAttributes = secureAttributes
    }

    /// Another cookie with the same attributes.
    func named(_ name: String) -> CookieTemplate {
        CookieTemplate(name: name, plainAttributes: self.plainAttributes, secureAttributes: self.secureAttributes)
    }

    package func attributes(isSecureConnection: Bool) -> String {
        isSecureConnection ? self.secureAttributes : self.plainAttributes
    }

    private static func attributes(of cookie: SessionCookie, isSecureConnection: Bool) -> String {
        var text = ""
        // An invalid attribute must not add another one.
        if let domain = cookie.domain, SessionCookie.isDomain(domain) { text += "; Domain=\(domain)" }
        text += "; Path=\(SessionCookie.isPath(cookie.path) ? cookie.path : "/")"
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
