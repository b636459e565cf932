//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// A store that speaks to a server, with a way to lose the server's replies: what ``StoreClientConformance`` holds to
/// its rules. A proxy between the store and its server is such a way.
public struct StoreClientUnderTest: Sendable {
    let store: any SessionStore
    let observer: any SessionStore
    let holdReplies: @Sendable () async throws -> Void
    let loseReplies: @Sendable () async throws -> Void

    /// Describes a store.
    ///
    /// - Parameters:
    ///   - store: The store, empty. Its deadlines must be longer than a test takes.
    ///   - observer: Another store with the same sessions, whose replies always come: another server's.
    ///   - holdReplies: From now on the calls of `store` reach the server, and its replies do not come back.
    ///   - loseReplies: The replies that were held are lost, as with a connection that is closed. Later calls are
    ///     answered.
    public init(
        _ store: any SessionStore,
        observer: any SessionStore,
        holdReplies: @escaping @Sendable () async throws -> Void,
        loseReplies: @escaping @Sendable () async throws -> Void
    ) {
        self.store = store
        self.observer = observer
        self.holdReplies = holdReplies
        self.loseReplies = loseReplies
    }

    /// Makes a call whose reply is lost after the server has done it.
    ///
    /// - Parameters:
    ///   - isDone: Whether the server has done it.
    ///   - meanwhile: What others do before the reply is lost.
    /// - Returns: What the store made of it.
    func losingReply<Reply: Sendable>(
        _ check: ConformanceCheck,
        of call: @escaping @Sendable () async throws -> Reply,
        once isDone: () async throws -> Bool,
        _ meanwhile: () async throws -> Void = {}
    ) async throws -> Result<Reply, any Error> {
        try await self.holdReplies()
        async let result = Self.result(of: call)
        do {
            let end = ContinuousClock.now + .seconds(60)
            while !(try await isDone()) {
                try check.expect(ContinuousClock.now < end, "the call did not reach the server within a minute")
                await Task.yield()
            }
            try await meanwhile()
        } catch {
            try await self.loseReplies()
            throw error
        }
        try await self.loseReplies()
        return await result
    }

    private static func result<Reply>(of call: () async throws -> Reply) async -> Result<Reply, any Error> {
        do { return .success(try await call()) } catch { return .failure(error) }
    }
}
