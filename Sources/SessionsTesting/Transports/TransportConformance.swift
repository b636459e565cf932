//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The rules that every transport must keep.
///
/// ```swift
/// @Test("HeaderTransport keeps the rule", arguments: TransportConformance.rules)
/// func conforms(_ rule: TransportRule) async throws {
///     try await rule.check(TransportUnderTest(HeaderTransport(), carrying: …, returning: …))
/// }
/// ```
public enum TransportConformance {
    /// All rules.
    public static let rules: [TransportRule] = readingRules + hostileInputRules + writingRules

    /// Tokens that no engine has issued. They differ from each other and are the same in every run.
    static func makeCredentials(_ count: Int) -> [String] {
        let random = DeterministicRandom(seed: 7)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return (0..<count).map { _ in
            String((0..<64).map { _ in alphabet[Int(random.next() % 64)] })
        }
    }
}
