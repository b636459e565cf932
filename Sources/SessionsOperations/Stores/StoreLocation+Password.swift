//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
/// Passwords in URLs.
extension StoreLocation {
    /// Whether the URL has a password, or a parameter that is one.
    package var hasPassword: Bool {
        guard let parts = self.parts else { return false }
        if parts.credentials?.contains(":") == true { return true }
        return parts.rest.split(separator: "?", maxSplits: 1).dropFirst().contains { query in
            query.split(separator: "&").contains { parameter in
                ["password=", "sslpassword="].contains { parameter.lowercased().hasPrefix($0) }
            }
        }
    }

    /// The same store, with a password in the URL.
    ///
    /// - Returns: Nil for a store that has none.
    package func withPassword(_ password: String) -> StoreLocation? {
        guard let parts = self.parts else { return nil }
        let user = parts.credentials.map { $0.prefix { $0 != ":" } } ?? ""
        let url = "\(parts.scheme)\(user):\(Self.percentEncoded(password))@\(parts.rest)"
        return StoreLocation(self.isPostgres ? .postgres(url: url) : .redis(url: url))
    }

    private struct Parts {
        /// With `://`.
        var scheme: Substring
        /// What is before the `@`.
        var credentials: Substring?
        /// The hosts, the path and the query.
        var rest: Substring
    }

    private var parts: Parts? {
        let url: String
        switch self.kind {
        case .memory, .sqlite: return nil
        case .redis(let text), .postgres(let text): url = text
        }
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<separator.upperBound]
        let rest = url[separator.upperBound...]
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard let at = rest[..<authorityEnd].lastIndex(of: "@") ?? rest.lastIndex(of: "@") else {
            return Parts(scheme: scheme, credentials: nil, rest: rest)
        }
        return Parts(scheme: scheme, credentials: rest[..<at], rest: rest[rest.index(after: at)...])
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            if scalar.properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte) { return String(scalar) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
#endif
