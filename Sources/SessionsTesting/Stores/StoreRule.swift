//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// A rule that a store keeps or breaks.
public struct StoreRule: Sendable, CustomStringConvertible {
    /// What the rule is about.
    public struct Topic: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// Creating, finding and expiring.
        public static let life = Topic(description: "life")
        /// Compare-and-set.
        public static let replacement = Topic(description: "replacement")
        /// Extending.
        public static let touch = Topic(description: "touch")
        /// Ending, and the markers of what has ended.
        public static let ending = Topic(description: "ending")
        /// Records come back as they were given.
        public static let exactness = Topic(description: "exactness")
        /// Many calls at once.
        public static let concurrency = Topic(description: "concurrency")
        /// For a `SubjectSessionStore`.
        public static let subjects = Topic(description: "subjects")
        /// For an `EnumerableSessionStore`.
        public static let enumeration = Topic(description: "enumeration")
        /// For a `SweepableSessionStore`.
        public static let sweeping = Topic(description: "sweeping")
    }

    /// What the rule is about.
    public let topic: Topic
    /// The rule, as a sentence.
    public let name: String
    private let body: @Sendable (any SessionStore, SampleRecords, StoreRuleCheck) async throws -> Void

    init(
        _ topic: Topic,
        _ name: String,
        _ body: @escaping @Sendable (any SessionStore, SampleRecords, StoreRuleCheck) async throws -> Void
    ) {
        self.topic = topic
        self.name = name
        self.body = body
    }

    /// The topic and the sentence.
    public var description: String { "\(self.topic): \(self.name)" }

    /// Whether the store says that it can do what the rule is about.
    public func applies(to store: any SessionStore) -> Bool {
        switch self.topic {
        case .subjects: store is any SubjectSessionStore
        case .enumeration: store is any EnumerableSessionStore
        case .sweeping: store is any SweepableSessionStore
        default: true
        }
    }

    /// Checks the rule on an empty store.
    ///
    /// - Throws: ``StoreRuleFailure`` when the store breaks the rule, or whatever the store throws.
    public func check(_ store: any SessionStore) async throws {
        try await self.body(store, SampleRecords(), StoreRuleCheck(rule: self.description))
    }
}

/// How a store broke a rule.
public struct StoreRuleFailure: Error, CustomStringConvertible {
    /// The rule.
    public let rule: String
    /// What was expected and what came.
    public let message: String

    public var description: String { "The store breaks the rule \"\(self.rule)\": \(self.message)" }
}

/// Expectations of one rule.
struct StoreRuleCheck: Sendable {
    let rule: String

    func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        guard condition else { throw StoreRuleFailure(rule: self.rule, message: message()) }
    }

    func expect<Value: Equatable>(_ value: Value, is expected: Value, _ what: String) throws {
        try self.expect(value == expected, "\(what): expected \(expected), got \(value)")
    }

    func expectDuplicate(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as SessionStoreError where error.code == .duplicate {
            return
        }
        throw StoreRuleFailure(rule: self.rule, message: "a second create of an id was not refused as a duplicate")
    }

    /// What a topic's rules need; the rule is not for a store that lacks it.
    func require<Capability>(_ store: any SessionStore, as capability: Capability.Type) throws -> Capability {
        guard let capable = store as? Capability else {
            throw StoreRuleFailure(rule: self.rule, message: "the store does not conform to \(capability)")
        }
        return capable
    }
}
