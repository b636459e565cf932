//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SecretKey {
    static let minimumByteCount = 32

    /// Why bytes are not a good key, or nil.
    ///
    /// No test can prove randomness. These tests find what people use in place of a key, and reject fewer than one in a
    /// million random keys.
    static func problem(of bytes: [UInt8]) -> String? {
        let count = bytes.count
        guard count >= self.minimumByteCount else {
            return "it has \(count) bytes, and at least \(self.minimumByteCount) random ones are needed"
        }
        if bytes.allSatisfy({ (0x20...0x7E).contains($0) }) {
            return "its \(count) bytes are all printable characters, so it is a text and not random bytes"
        }
        if self.isProgression(bytes) {
            return "its \(count) bytes are all alike or count up or down"
        }
        if let period = self.period(of: bytes) {
            return "its \(count) bytes repeat after \(period)"
        }
        let distinct = Set(bytes).count
        if distinct < 16 {
            return "its \(count) bytes have only \(distinct) different values"
        }
        if self.publishedExamples.contains(bytes) {
            return "its \(count) bytes are an example from a published document"
        }
        return nil
    }

    /// Why a string is probably written by a person although it is valid base64url, or nil.
    static func problem(ofText text: Substring) -> String? {
        let letters = text.utf8.filter { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        let capitalCount = letters.count { $0 & 0x20 == 0 }
        if capitalCount == 0 || capitalCount == letters.count {
            return """
                its \(text.utf8.count) characters have no letters of \(capitalCount == 0 ? "upper" : "lower") case, so \
                they are words or hexadecimal digits and not base64url of random bytes
                """
        }
        let lowercased = text.lowercased()
        if self.words.contains(where: { lowercased.contains($0) }) {
            return "its \(text.utf8.count) characters contain words of a language"
        }
        return nil
    }

    /// Words of six letters or more: shorter ones occur in random strings.
    private static let words = [
        "change", "cookie", "default", "example", "insecure", "keyboard", "password", "passphrase", "production",
        "secret", "session",
    ]

    /// Whether all bytes differ from the previous one by the same amount.
    private static func isProgression(_ bytes: [UInt8]) -> Bool {
        let steps = zip(bytes, bytes.dropFirst()).map { $1 &- $0 }
        return steps.allSatisfy { $0 == steps.first }
    }

    /// The period of the bytes if they repeat, checked for at least 8 bytes.
    private static func period(of bytes: [UInt8]) -> Int? {
        (1..<self.minimumByteCount).first { period in
            bytes.count - period >= 8 && zip(bytes, bytes.dropFirst(period)).allSatisfy { $0 == $1 }
        }
    }

    /// Published example keys that look random.
    private static let publishedExamples: Set<[UInt8]> = Set(
        [
            // RFC 7515, appendix A.1.
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
            // The specification of Fernet.
            "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4",
            // NIST SP 800-38A, AES-256.
            "YD3rEBXKcb4rc67whX13gR81LAc7YQjXLZgQowkU3_Q",
            // The documentation of this library.
            "-N5yDFzvyn_4lg5l6EX5EU5pGwb2n676fTRfyhAZItg",
        ].compactMap { Base64URL.decode($0.utf8) }
    )
}
