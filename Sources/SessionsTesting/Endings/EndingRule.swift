//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// Two views of one store that the rules about endings are checked on: sessions end in one, and another process listens
/// in the other.
public struct EndingStores: Sendable {
    /// The store in which sessions are listened to.
    public let listening: any SessionStore
    /// The store in which sessions end. It has the same sessions.
    public let ending: any SessionStore

    /// Creates the two views. They may be one store, which has no other processes then.
    ///
    /// - Parameters:
    ///   - listening: The store in which sessions are listened to.
    ///   - ending: The store in which sessions end. The default is the same store.
    public init(_ listening: any SessionStore, ending: (any SessionStore)? = nil) {
        self.listening = listening
        self.ending = ending ?? listening
    }
}

/// A rule about the ends of sessions that something listens to.
public struct EndingRule: ConformanceRule {
    public let topic: ConformanceTopic
    public let name: String
    private let body: @Sendable (EndingStores, SampleRecords, ConformanceCheck) async throws -> Void

    init(
        _ topic: ConformanceTopic,
        _ name: String,
        _ body: @escaping @Sendable (EndingStores, SampleRecords, ConformanceCheck) async throws -> Void
    ) {
        self.topic = topic
        self.name = name
        self.body = body
    }

    /// Whether the store offers what the rule is about.
    public func applies(to stores: EndingStores) -> Bool { self.applies(to: type(of: stores.listening)) }

    func applies(to type: any SessionStore.Type) -> Bool {
        self.topic != .notification || type is any SessionEndingNotifier.Type
    }

    /// Checks the rule on an empty store.
    ///
    /// - Throws: ``ConformanceFailure`` when the store breaks the rule, or any error of the store.
    public func check(_ stores: EndingStores) async throws {
        try await self.body(stores, SampleRecords(), ConformanceCheck(self))
    }
}

extension ConformanceTopic {
    /// For a `SessionEndingNotifier`.
    public static let notification = ConformanceTopic("notification")
    /// The ends of sessions as streams, for every store.
    public static let endingStreams = ConformanceTopic("ending streams")
}
