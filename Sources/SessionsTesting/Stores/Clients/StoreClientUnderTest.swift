//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// A store with a server, and a way to lose the server's replies, for the rules of ``StoreClientConformance``. A proxy
/// between the store and its server can lose replies.
public struct StoreClientUnderTest: Sendable {
    let store: any SessionStore
    let observer: any SessionStore
    let holdReplies: @Sendable () async throws -> Void
    let loseReplies: @Sendable () async throws -> Void

    /// Describes a store.
    ///
    /// - Parameters:
    ///   - store: The store, empty. Its deadlines must be longer than a test takes.
    ///   - observer: Another store with the same sessions, which always receives its replies. It acts as another
    ///     server.
    ///   - holdReplies: Starts to hold replies: the calls of `store` reach the server, and its replies do not come
    ///     back.
    ///   - loseReplies: Discards the held replies, as a closed connection does. Later calls are answered.
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

    /// Makes a call whose reply is lost after the server has performed it.
    ///
    /// - Parameters:
    ///   - isDone: Returns whether the server has performed it.
    ///   - meanwhile: What other servers do before the reply is lost.
    /// - Returns: The result that the store reports.
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
