//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What every adapter must do, as rules with names.
///
/// An adapter is the code that opens and closes sessions in a web framework. Its author shows it to the rules as an
/// ``AdapterUnderTest``; each rule then runs by itself, so that a report names what an adapter does not keep:
///
/// ```swift
/// @Test("MyAdapter keeps the rule", arguments: AdapterConformance.rules)
/// func conforms(_ rule: AdapterRule) async throws {
///     try await rule.check(MyAdapterUnderTest())
/// }
/// ```
///
/// It needs no test framework. What a rule must know of the store it asks the store, past the adapter; none sleeps.
public enum AdapterConformance {
    /// All rules.
    public static let rules: [AdapterRule] = [
        answerRules, errorRules, cachingRules, streamRules, outageRules, resolutionRules, passivityRules, nestingRules,
        isolationRules, departureRules,
    ].flatMap { $0 }
}
