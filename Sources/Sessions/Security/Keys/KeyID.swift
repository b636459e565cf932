//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// The short name of a key: four bytes derived from it, which reveal nothing about it.
///
/// Every sealed credential contains it, so that the right key is found without trying all of them. It also appears in
/// logs.
struct KeyID: Sendable, Hashable {
    static let byteCount = 4

    private let word: UInt32

    /// Creates an id from four bytes, big-endian. Of more or fewer bytes it takes the last four.
    init(_ bytes: some Sequence<UInt8>) {
        self.word = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    init(of material: SymmetricKey) {
        let bytes = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: material,
            info: Array("swift-sessions 1 key id".utf8),
            outputByteCount: Self.byteCount
        )
        self = bytes.withUnsafeBytes { KeyID($0) }
    }

    var bytes: [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: self.word >> (24 - 8 * UInt32($0))) }
    }
}

extension KeyID: CustomStringConvertible {
    /// Eight hexadecimal digits.
    var description: String {
        let digits = String(self.word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
