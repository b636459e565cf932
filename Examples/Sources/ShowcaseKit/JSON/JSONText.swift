//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

/// A JSON value of any kind in its original spelling: a number keeps all its digits.
package struct JSONText: Sendable {
    package let bytes: [UInt8]

    /// - Returns: Nil when the bytes are not a JSON text (RFC 8259).
    package init?(_ text: some Sequence<UInt8>) {
        let bytes = Array(text)
        guard let range = JSONGrammar.valueRange(in: bytes) else { return nil }
        self.bytes = Array(bytes[range])
    }

    package init?(_ value: SessionValue) {
        guard !value.isUnknown else { return nil }
        self.bytes = value.jsonText
    }

    /// An integer is stored as a number, so that it can be incremented. Everything else is stored as text.
    package var sessionValue: SessionValue {
        let text = String(decoding: self.bytes, as: UTF8.self)
        guard let number = Int64(text), String(number) == text else { return .json(self.bytes) }
        return .integer(number)
    }
}

extension SessionKey<JSONText?> {
    /// A key for any JSON value of the client.
    package static func json(_ name: String) -> Self {
        SessionKey(
            name,
            default: nil,
            codec: SessionValueCodec(
                encode: { $0?.sessionValue },
                decode: { value in
                    guard let text = JSONText(value) else { throw UnreadableValue() }
                    return text
                }
            )
        )
    }

    private struct UnreadableValue: Error {}
}
