//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes

/// Writes `Set-Cookie` fields (RFC 6265bis section 4.1).
///
/// Name and attributes come from a checked ``SessionCookie`` and the value is base64url, so that nothing in the field
/// can end it early.
package enum SetCookie {
    /// Browsers cut longer lives to 400 days (RFC 6265bis section 5.5).
    static let longestMaxAge: Int64 = 400 * 86_400

    /// Sets a cookie; without a life it is gone when the browser closes.
    static func set(
        _ cookie: SessionCookie,
        value: String,
        maxAge: Duration?,
        isSecureConnection: Bool,
        in fields: inout HTTPFields
    ) {
        var text = ""
        text.reserveCapacity(cookie.name.utf8.count + value.utf8.count + 96)
        text += cookie.name
        text += "="
        text += value
        if let maxAge {
            text += "; Max-Age=\(min(maxAge.wholeSeconds, self.longestMaxAge))"
        }
        self.addAttributes(of: cookie, isSecureConnection, to: &text)
        self.replace(cookie, with: text, in: &fields)
    }

    /// Clears a cookie that was set with the same attributes. A past `Expires` serves what does not know `Max-Age`.
    package static func clear(_ cookie: SessionCookie, isSecureConnection: Bool, in fields: inout HTTPFields) {
        var text = "\(cookie.name)=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        self.addAttributes(of: cookie, isSecureConnection, to: &text)
        self.replace(cookie, with: text, in: &fields)
    }

    /// A response must not set a cookie twice: ours takes the place of any of its name.
    private static func replace(_ cookie: SessionCookie, with text: String, in fields: inout HTTPFields) {
        let beginning = "\(cookie.name)="
        if fields.contains(where: { $0.name == .setCookie && $0.value.utf8.starts(with: beginning.utf8) }) {
            fields[values: .setCookie].removeAll { $0.utf8.starts(with: beginning.utf8) }
        }
        fields.append(HTTPField(name: .setCookie, value: text))
    }

    private static func addAttributes(
        of cookie: SessionCookie,
        _ isSecureConnection: Bool,
        to text: inout String
    ) {
        if let domain = cookie.domain { text += "; Domain=\(domain)" }
        text += "; Path="
        text += cookie.path
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
    }
}
