//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The value of a session cookie in the format of Express: `s:` and the signed id, encoded with `encodeURIComponent`.
enum ExpressCookieValue {
    /// The maximum number of bytes to read. Browsers store no longer cookie.
    static let limit = 4096

    static func encode(_ id: String, _ secrets: ExpressSecrets) -> String {
        URIComponent.encode("s:" + secrets.sign(id))
    }

    /// The id in a value, or nil if none of the secrets signed it.
    static func decode(_ value: [UInt8], _ secrets: ExpressSecrets) -> (id: String, isOutdated: Bool)? {
        guard
            value.count <= self.limit, let text = self.text(of: value), text.utf8.starts(with: "s:".utf8),
            let verified = secrets.verify(String(decoding: text.utf8.dropFirst(2), as: UTF8.self)),
            !verified.value.isEmpty
        else { return nil }
        return (verified.value, verified.isOutdated)
    }

    /// The text as the package `cookie` parses it: without quotation marks, and decoded, or unchanged if it cannot be
    /// decoded.
    private static func text(of value: [UInt8]) -> String? {
        var value = value
        let quote = UInt8(ascii: "\"")
        if value.count >= 2, value.first == quote, value.last == quote { value = Array(value[1..<(value.count - 1)]) }
        return URIComponent.decode(value) ?? String(validating: value, as: UTF8.self)
    }
}
