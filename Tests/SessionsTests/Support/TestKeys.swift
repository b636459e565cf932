//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

@testable import Sessions

/// Three keys that are the same in every run: the SHA-256 of "swift-sessions vector key 1", 2 and 3.
enum TestKeys {
    static let texts = [
        "Im7tnVZ8oJA7_j3X6OTqKKlNhP6bBlfTWOwFyCh2-y0",
        "r6WCFShvLpUch6PBKXP2POcKPo0msIe-7Dp-rrVaJL4",
        "j7G-Faap9oEqW72-QdsJwa1vuGELK5e5o4h_aiVPow4",
    ]

    static func key(_ number: Int) throws -> SecretKey {
        try SecretKey(self.texts[number - 1])
    }

    /// A ring of these keys, the newest first.
    static func ring(_ numbers: Int...) throws -> SecretKeyring {
        try SecretKeyring(numbers.map { try self.key($0) })
    }
}
