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
/// Name and attributes come from a checked ``SessionCookie`` through a ``CookieTemplate``, and the value is base64url,
/// so nothing in the field can end it early.
package enum SetCookie {
    /// Browsers limit `Max-Age` to 400 days (RFC 6265bis section 5.5).
    static let longestMaxAge: Int64 = 400 * 86_400

    /// Sets a cookie. Without a maximum age, it is deleted when the browser closes.
    static func set(
        _ cookie: CookieTemplate,
        value: String,
        maxAge: Duration?,
        isSecureConnection: Bool,
        in fields: inout HTTPFields
    ) {
        let life = maxAge.map { "; Max-Age=\(min($0.wholeSeconds, self.longestMaxAge))" } ?? ""
        self.write(cookie, value: value, life: life, isSecureConnection: isSecureConnection, in: &fields)
    }

    /// Clears a cookie that was set with the same attributes. A past `Expires` is for clients that do not know
    /// `Max-Age`.
    package static func clear(_ cookie: CookieTemplate, isSecureConnection: Bool, in fields: inout HTTPFields) {
        let life = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        self.write(cookie, value: "", life: life, isSecureConnection: isSecureConnection, in: &fields)
    }

    /// Replaces any cookie of the same name in the response, because a response must not set a cookie twice.
    private static func write(
        _ cookie: CookieTemplate,
        value: String,
        life: String,
        isSecureConnection: Bool,
        in fields: inout HTTPFields
    ) {
        let attributes = cookie.attributes(isSecureConnection: isSecureConnection)
        let count = cookie.prefix.utf8.count + value.utf8.count + life.utf8.count + attributes.utf8.count
        var text = ByteWriter(capacity: count)
        text.write(text: cookie.prefix)
        text.write(text: value)
        text.write(text: life)
        text.write(text: attributes)
        let prefix = cookie.prefix.utf8
        if fields.contains(where: { $0.name == .setCookie && $0.value.utf8.starts(with: prefix) }) {
            fields[values: .setCookie].removeAll { $0.utf8.starts(with: prefix) }
        }
        // All parts are valid in a cookie, so only line breaks are checked again.
        fields.append(HTTPField(name: .setCookie, lenientValue: text.bytes))
    }
}
