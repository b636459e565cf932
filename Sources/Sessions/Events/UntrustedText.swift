//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Text from a client, another system or a store, for logs and error messages.
public enum UntrustedText {
    /// The maximum size of a shown name, in bytes.
    public static let nameLimit = 128
    /// The maximum size of a shown error description, in bytes.
    public static let descriptionLimit = 2_048

    /// Returns the text on one line, without anything that controls a terminal or changes the reading order: control
    /// characters, direction marks and other invisible characters are shown as `\\u{1B}`. Escaping is idempotent.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - limit: The maximum size shown, in bytes. Of a longer text, the size is given.
    public static func escaped(_ text: String, limit: Int = nameLimit) -> String {
        let size = text.utf8.count
        guard size > limit || text.utf8.contains(where: { !(0x20...0x7E).contains($0) }) else { return text }
        var escaped = ""
        for scalar in (size > limit ? text.truncated(toBytes: limit) ?? "" : text).unicodeScalars {
            if self.isVisible(scalar) {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return size > limit ? "\(escaped)… (\(size) bytes)" : escaped
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
