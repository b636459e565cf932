//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A place on this server to go on to: an absolute path, and nothing that a browser could take for another host.
struct LocalRedirect: Equatable {
    /// The path with its query, fit for a `Location` field: printable ASCII only.
    let location: String

    static let account = LocalRedirect(trusted: "/account")

    private init(trusted location: String) {
        self.location = location
    }

    /// - Returns: Nil for what is not local: another scheme or host, also as `//host` and as `/\host`, which browsers
    ///   read alike; and for control characters, which browsers leave out before they look.
    init?(_ text: String) {
        guard text.hasPrefix("/"), !text.hasPrefix("//") else { return nil }
        var location = ""
        for byte in text.utf8 {
            switch byte {
            case 0..<0x20, 0x7F, UInt8(ascii: "\\"): return nil
            case 0x21...0x7E: location.unicodeScalars.append(Unicode.Scalar(byte))
            default: location += Self.percentEncoded(byte)
            }
        }
        self.location = location
    }

    /// The login page, which leads back here.
    var throughLogin: String {
        let next = self.location.utf8.map { byte in
            Self.isUnreserved(byte) ? String(Unicode.Scalar(byte)) : Self.percentEncoded(byte)
        }
        return "/login?next=" + next.joined()
    }

    /// `unreserved` of RFC 3986.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        let character = Character(Unicode.Scalar(byte))
        return character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
    }

    private static func percentEncoded(_ byte: UInt8) -> String {
        "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
