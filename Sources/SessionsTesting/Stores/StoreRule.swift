//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// A rule that a store keeps or breaks.
public struct StoreRule: ConformanceRule {
    public let topic: ConformanceTopic
    public let name: String
    private let body: @Sendable (any SessionStore, SampleRecords, ConformanceCheck) async throws -> Void

    init(
        _ topic: ConformanceTopic,
        _ name: String,
        _ body: @escaping @Sendable (any SessionStore, SampleRecords, ConformanceCheck) async throws -> Void
    ) {
        self.topic = topic
        self.name = name
        self.body = body
    }

    /// Whether the store offers what the rule is about.
    public func applies(to store: any SessionStore) -> Bool {
        self.applies(to: type(of: store))
    }

    func applies(to type: any SessionStore.Type) -> Bool {
        switch self.topic {
        case .subjects, .volume: type is any SubjectSessionStore.Type
        case .enumeration: type is any EnumerableSessionStore.Type
        case .sweeping: type is any SweepableSessionStore.Type
        default: true
        }
    }

    /// Checks the rule on an empty store.
    ///
    /// - Throws: ``ConformanceFailure`` when the store breaks the rule, or any error of the store.
    public func check(_ store: any SessionStore) async throws {
        try await self.body(store, SampleRecords(), ConformanceCheck(self))
    }
}

extension ConformanceTopic {
    /// Creating, finding and expiring.
    public static let life = ConformanceTopic("life")
    /// Compare-and-set.
    public static let replacement = ConformanceTopic("replacement")
    /// Extending.
    public static let touch = ConformanceTopic("touch")
    /// Ending, and tombstones.
    public static let ending = ConformanceTopic("ending")
    /// Records come back as they were given.
    public static let exactness = ConformanceTopic("exactness")
    /// Many calls at once.
    public static let concurrency = ConformanceTopic("concurrency")
    /// The histories of many tasks, checked when they are done.
    public static let histories = ConformanceTopic("histories")
    /// Calls whose task is cancelled.
    public static let cancellation = ConformanceTopic("cancellation")
    /// For a `SubjectSessionStore`.
    public static let subjects = ConformanceTopic("subjects")
    /// Many sessions of one subject, for a `SubjectSessionStore`.
    public static let volume = ConformanceTopic("volume")
    /// For an `EnumerableSessionStore`.
    public static let enumeration = ConformanceTopic("enumeration")
    /// For a `SweepableSessionStore`.
    public static let sweeping = ConformanceTopic("sweeping")
}

extension ConformanceCheck {
    func expectDuplicate(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as SessionStoreError where error.code == .duplicate {
            return
        }
        throw self.failure("a second create of an id was not refused as a duplicate")
    }

    /// Casts the store to the protocol that a topic's rules need. The rule does not apply to a store that lacks it.
    func require<Capability>(_ store: any SessionStore, as capability: Capability.Type) throws -> Capability {
        try self.require(store as? Capability, "the store does not conform to \(capability)")
    }
}
