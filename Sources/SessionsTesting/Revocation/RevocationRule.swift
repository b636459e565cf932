//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// A rule for sealed sessions with revocation in a store.
public struct RevocationRule: ConformanceRule {
    public let topic = ConformanceTopic.revocation
    public let name: String
    private let body: @Sendable (any SubjectSessionStore, ConformanceCheck) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (any SubjectSessionStore, ConformanceCheck) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// Checks the rule on an empty store.
    ///
    /// - Throws: ``ConformanceFailure`` when the rule is broken, or any error of the store.
    public func check(_ store: any SubjectSessionStore) async throws {
        try await self.body(store, ConformanceCheck(self))
    }
}

extension ConformanceTopic {
    /// Ending sealed sessions on all servers that share a store.
    public static let revocation = ConformanceTopic("revocation")
}
