//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The names of a value's versions: `cart` for the first, which is also that of values without a version, and `cart@2`
/// for the second.
///
/// A server therefore never sees a form that it does not know, and never writes over one, whatever release it is.
enum ValueVersion {
    static func name(_ base: String, _ version: Int) -> String { version <= 1 ? base : "\(base)@\(version)" }

    /// The name without a version.
    static func baseName(of name: String) -> String {
        let utf8 = name.utf8
        guard let separator = utf8.lastIndex(of: UInt8(ascii: "@")) else { return name }
        let digits = utf8[utf8.index(after: separator)...]
        guard let version = Int(String(Substring(digits))), version > 1,
            Self.name(String(name[..<separator]), version).hasSameBytes(as: name)
        else { return name }
        return String(name[..<separator])
    }
}
