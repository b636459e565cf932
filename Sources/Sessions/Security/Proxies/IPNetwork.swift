//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A range of addresses in CIDR notation.
struct IPNetwork: Sendable, Equatable {
    private let base: IPAddress
    /// The length of the prefix, in the 128 bits of the mapped form.
    private let prefixLength: Int
    /// Whether it contains every address of its family.
    let isEverything: Bool

    /// Parses `10.0.0.0/8`, `fd00::/8`, or a single address.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let base = IPAddress(parts[0]) else { return nil }
        let widest = base.isIPv4 ? 32 : 128
        var length = widest
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...widest).contains(given) else { return nil }
            length = given
        }
        self.base = base
        self.prefixLength = length + 128 - widest
        self.isEverything = length == 0
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.isIPv4 == self.base.isIPv4 else { return false }
        let whole = self.prefixLength / 8
        let rest = self.prefixLength % 8
        guard address.bytes.prefix(whole).elementsEqual(self.base.bytes.prefix(whole)) else { return false }
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - rest))
        return address.bytes[whole] & mask == self.base.bytes[whole] & mask
    }
}
