//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// The rules that every store must keep.
///
/// Each rule runs by itself on a store of its own, so a report names the rules that a store breaks:
///
/// ```swift
/// @Test("MyStore keeps the rule", arguments: StoreConformance.rules(for: MyStore.self))
/// func conforms(_ rule: StoreRule) async throws {
///     try await rule.check(MyStore())
/// }
/// ```
///
/// The rules need no test framework. Every rule passes its own `now` to the store, and none sleeps.
public enum StoreConformance {
    /// All rules.
    public static let rules: [StoreRule] = [
        lifeRules, replacementRules, touchRules, endingRules, exactnessRules, concurrencyRules, historyRules,
        cancellationRules, subjectRules, subjectHistoryRules, volumeRules, enumerationRules, sweepingRules,
    ].flatMap { $0 }

    /// The rules for a kind of store, according to the protocols to which it conforms.
    public static func rules(for type: any SessionStore.Type) -> [StoreRule] {
        self.rules.filter { $0.applies(to: type) }
    }
}
