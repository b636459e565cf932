//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension SessionValue {
    /// The value of a JSON text. Nil for `null`, which counts as no value.
    ///
    /// Values without an exact representation stay text: objects, arrays, numbers beyond 64 bits, and strings with an
    /// unpaired surrogate.
    init?(jsonText text: [UInt8]) {
        switch text.first {
        case UInt8(ascii: "n"): return nil
        case UInt8(ascii: "t"): self = .boolean(true)
        case UInt8(ascii: "f"): self = .boolean(false)
        case UInt8(ascii: "\""): self = JSONString.decode(text).map { .string($0) } ?? .json(text)
        case UInt8(ascii: "{"), UInt8(ascii: "["): self = .json(text)
        default: self = Self.number(text)
        }
    }

    private static func number(_ text: [UInt8]) -> SessionValue {
        let digits = String(decoding: text, as: UTF8.self)
        if let integer = Int64(digits), String(integer) == digits { return .integer(integer) }
        if let double = Double(digits), double.description == digits { return .double(double) }
        return .json(text)
    }
}
