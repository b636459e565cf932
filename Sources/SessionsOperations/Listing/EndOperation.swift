//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
package import Sessions

/// Ends sessions of a store, as servers do: with tombstones, so that a request in progress revives none.
package struct EndOperation: Sendable {
    private let store: any SubjectSessionStore & EnumerableSessionStore
    private let engine: SessionEngine

    package init(_ store: any SubjectSessionStore & EnumerableSessionStore) throws {
        self.store = store
        self.engine = try SessionEngine(.stored(in: store), configuration: .operations)
    }

    /// Ends a session.
    ///
    /// - Returns: Whether this call ended it.
    package func end(_ id: SessionID) async throws -> Bool { try await self.engine.revoke(id) }

    /// Ends all sessions of a user.
    package func endAll(of user: String) async throws { try await self.engine.revokeAll(of: user) }

    /// Ends all sessions.
    ///
    /// - Parameter progress: Called after each page with the number of sessions that have ended.
    /// - Returns: How many have ended.
    @discardableResult
    package func endEverything(progress: (Int) -> Void = { _ in }) async throws -> Int {
        var count = 0
        try await self.engine.revokeEverything { ended, _ in
            count += ended
            progress(count)
        }
        return count
    }

    /// The number of live sessions, of a user or of everyone.
    package func count(of user: String?) async throws -> Int {
        guard let user else { return try await self.store.count(now: SessionClock.system.now) }
        var count = 0
        try await SessionWalk(self.store, user: user).forEachPage { count += $0.count }
        return count
    }
}

extension SessionConfiguration {
    /// A configuration whose own limits end nothing: the servers' limits are in the records.
    package static var operations: SessionConfiguration {
        var configuration = SessionConfiguration()
        let century = SessionLimits(idle: nil, absolute: .seconds(3_155_760_000))
        configuration.limits = century
        configuration.rememberedLimits = century
        configuration.anonymousIdleLimit = nil
        configuration.touchAfter = .zero
        configuration.storeDeadline = .seconds(10)
        return configuration
    }
}
#endif
