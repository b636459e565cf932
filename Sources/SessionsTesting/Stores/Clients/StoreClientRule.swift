//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A rule that the client of a store keeps or breaks.
public struct StoreClientRule: ConformanceRule {
    public let topic: ConformanceTopic
    public let name: String
    private let body: @Sendable (StoreClientUnderTest, SampleRecords, ConformanceCheck) async throws -> Void

    init(
        _ topic: ConformanceTopic,
        _ name: String,
        _ body: @escaping @Sendable (StoreClientUnderTest, SampleRecords, ConformanceCheck) async throws -> Void
    ) {
        self.topic = topic
        self.name = name
        self.body = body
    }

    /// Whether the store offers what the rule is about.
    public func applies(to subject: StoreClientUnderTest) -> Bool {
        self.topic != .lostSteps || subject.store is any SubjectSessionStore
    }

    /// Checks the rule on an empty store.
    ///
    /// - Throws: ``ConformanceFailure`` when the store breaks the rule, or any error of the store.
    public func check(_ subject: StoreClientUnderTest) async throws {
        try await self.body(subject, SampleRecords(), ConformanceCheck(self))
    }
}

extension ConformanceTopic {
    /// Calls that took effect and whose reply was lost.
    public static let lostReplies = ConformanceTopic("lost replies")
    /// The same for calls that end the sessions of a subject in steps, for a `SubjectSessionStore`.
    public static let lostSteps = ConformanceTopic("lost steps")
}
