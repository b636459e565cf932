//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The rules that every adapter must keep.
///
/// An adapter is the code that opens and closes sessions in a web framework. Its author passes it to the rules as an
/// ``AdapterUnderTest``. Each rule runs by itself, so a report names the rules that an adapter breaks:
///
/// ```swift
/// @Test("MyAdapter keeps the rule", arguments: AdapterConformance.rules)
/// func conforms(_ rule: AdapterRule) async throws {
///     try await rule.check(MyAdapterUnderTest())
/// }
/// ```
///
/// The rules need no test framework. They check the store directly rather than through the adapter, and never sleep.
public enum AdapterConformance {
    /// All rules.
    public static let rules: [AdapterRule] = [
        answerRules, errorRules, cachingRules, streamRules, outageRules, resolutionRules, passivityRules, nestingRules,
        isolationRules, departureRules,
    ].flatMap { $0 }
}
