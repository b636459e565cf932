//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions

/// A cookie as someone pastes it. It is a secret.
struct PresentedCookie {
    /// The name of the cookie.
    let name: String
    /// The field `Cookie`.
    let field: String
    /// The first value under the name.
    let firstValue: [UInt8]

    /// - Parameters:
    ///   - input: A value, `name=value`, or a field `Cookie` or `Set-Cookie`.
    ///   - name: The name of the cookie. Nil: the first name of the input whose value is a credential, or the first
    ///     name.
    init?(_ input: String, preferring name: String?) {
        var text = input.drop(while: \.isWhitespace)
        for prefix in ["cookie:", "set-cookie:"] where text.lowercased().hasPrefix(prefix) {
            text = text.dropFirst(prefix.count)
        }
        let words = text.split(whereSeparator: { $0 == ";" || $0.isNewline }).map { word in
            String(word.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
        guard let only = words.first else { return nil }
        guard only.contains("=") else {
            self.name = name ?? SessionCookie.standard.name
            self.field = "\(self.name)=\(only)"
            self.firstValue = Array(only.utf8)
            return
        }
        let pairs = words.compactMap { word -> (name: String, value: String)? in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        let candidate =
            name.flatMap { name in pairs.first { $0.name == name } }
            ?? (name == nil ? pairs.first { Self.isCredential($0.value) } ?? pairs.first : nil)
        guard let candidate else { return nil }
        self.name = candidate.name
        self.field = pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
        self.firstValue = Array(candidate.value.utf8)
    }

    /// Whether the value is the first part of a session in several cookies.
    var isFirstOfSeveral: Bool { Self.isFirstOfSeveral(self.firstValue) }

    private static func isFirstOfSeveral(_ value: [UInt8]) -> Bool {
        value.count > 1 && value[1] == UInt8(ascii: ".")
    }

    private static func isCredential(_ value: String) -> Bool {
        if case .unknown = CredentialForm(value.utf8) { return self.isFirstOfSeveral(Array(value.utf8)) }
        return true
    }
}

extension PresentedCookie: CustomStringConvertible, CustomReflectable {
    /// The name.
    var description: String { "PresentedCookie(\(UntrustedText.escaped(self.name)))" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
