//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Text that a client, another system or a store has written, for logs and messages of errors.
public enum UntrustedText {
    /// How many bytes of a name are shown.
    public static let nameLimit = 128
    /// How many bytes of the description of an error are shown.
    public static let descriptionLimit = 2_048

    /// The text on one line, without anything that a terminal obeys or that changes the order in which it is read:
    /// control characters, marks of direction and other invisible characters are shown as `\\u{1B}`. Escaping twice
    /// changes nothing.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - limit: The most bytes of it that are shown; of a longer one its size is told.
    public static func escaped(_ text: String, limit: Int = nameLimit) -> String {
        let size = text.utf8.count
        guard size > limit || text.utf8.contains(where: { !(0x20...0x7E).contains($0) }) else { return text }
        var escaped = ""
        for scalar in (size > limit ? text.cut(toBytes: limit) ?? "" : text).unicodeScalars {
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
