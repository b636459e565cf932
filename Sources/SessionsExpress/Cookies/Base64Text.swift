//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Base64 (RFC 4648 section 4) without padding, the encoding of Express signatures.
enum Base64Text {
    static func encode(_ bytes: some Collection<UInt8>) -> String {
        // The two alphabets differ in the last two digits.
        String(Base64URL.encode(bytes).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    }
}
