//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SecretKey {
    static let minimumByteCount = 32

    /// What shows that bytes are no good key, or nil.
    ///
    /// No test can show that bytes are random. These find what people put in a key's place, and refuse fewer than one
    /// in a million keys that really were drawn at random.
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

    /// What shows that a text was written by people although it reads as base64url, or nil.
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

    /// Words of six letters or more: shorter ones turn up in random text.
    private static let words = [
        "change", "cookie", "default", "example", "insecure", "keyboard", "password", "passphrase", "production",
        "secret", "session",
    ]

    /// Whether each byte differs from the one before by the same amount.
    private static func isProgression(_ bytes: [UInt8]) -> Bool {
        let steps = zip(bytes, bytes.dropFirst()).map { $1 &- $0 }
        return steps.allSatisfy { $0 == steps.first }
    }

    /// After how many bytes they repeat themselves, for 8 bytes at least.
    private static func period(of bytes: [UInt8]) -> Int? {
        (1..<self.minimumByteCount).first { period in
            bytes.count - period >= 8 && zip(bytes, bytes.dropFirst(period)).allSatisfy { $0 == $1 }
        }
    }

    /// Keys that pass for random and that everybody knows.
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
