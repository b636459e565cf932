//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// What every store must do, as rules with names.
///
/// Each rule runs by itself on a store of its own, so that a report names what a store does not keep:
///
/// ```swift
/// @Test("MyStore keeps the rule", arguments: StoreConformance.rules(for: MyStore.self))
/// func conforms(_ rule: StoreRule) async throws {
///     try await rule.check(MyStore())
/// }
/// ```
///
/// It needs no test framework. Every rule passes `now` to the store by itself; none sleeps.
public enum StoreConformance {
    /// All rules.
    public static let rules: [StoreRule] = [
        lifeRules, replacementRules, touchRules, endingRules, exactnessRules, concurrencyRules, historyRules,
        cancellationRules, subjectRules, subjectHistoryRules, volumeRules, enumerationRules, sweepingRules,
    ].flatMap { $0 }

    /// The rules for what a kind of store can do, by its protocols.
    public static func rules(for type: any SessionStore.Type) -> [StoreRule] {
        self.rules.filter { $0.applies(to: type) }
    }
}
