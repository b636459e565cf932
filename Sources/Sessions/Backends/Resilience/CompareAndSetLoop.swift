//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Changes a record on the newest version there is, again and again until nobody was faster.
struct CompareAndSetLoop: Sendable {
    let configuration: SessionConfiguration
    private let queues = KeyedWriteQueues()

    init(_ configuration: SessionConfiguration) {
        self.configuration = configuration
    }

    /// How often a rewrite is tried. Each try that fails means that another request's succeeded.
    static var limit: Int { 128 }

    /// Whether others are lined up for a session.
    func isBusy(_ id: SessionID) -> Bool { self.queues.isBusy(id) }

    /// Requests of this engine that met a conflict line up.
    ///
    /// - Parameters:
    ///   - record: The record as the request last saw it.
    ///   - attempt: Tries once; nil means that the record it was given is now what somebody else wrote.
    ///   - reload: The record as it is now, or nil when it is gone.
    func rewrite(
        _ record: SessionRecord,
        attempt: (inout SessionRecord) async throws -> SessionRewriteResult?,
        reload: () async throws -> SessionRecord?
    ) async throws -> SessionRewriteResult {
        var base = record
        // Whoever comes while others are lined up goes behind them, or they would never get their turn.
        if !self.isBusy(base.id), let result = try await attempt(&base) { return result }
        let retryAfter = self.configuration.retryAfter
        return try await self.queues.whenFree(
            record.id,
            orThrow: .storeUnavailable(SessionStoreError.failedOthers, retryAfter: retryAfter)
        ) {
            for number in 1..<Self.limit {
                if let result = try await attempt(&base) { return result }
                guard try await self.backOff(attempt: number) else { continue }
                // What was read before the wait is old by now.
                guard let current = try await reload() else { return .gone }
                base = current
            }
            throw SessionError.contention(record.id, retryAfter: retryAfter)
        }
    }

    /// Lets the servers that share the store out of step: at first not at all, for the one that lost knows the newest
    /// record and is likely to win now; after that for a random while, growing to 16 ms.
    ///
    /// - Returns: Whether it waited.
    private func backOff(attempt: Int) async throws -> Bool {
        try Task.checkCancellation()
        guard attempt >= 8 else { return false }
        let longest = UInt64(1000) << UInt64(min((attempt - 8) / 4, 4))
        let wait = self.configuration.random.next() % longest
        try await self.configuration.clock.sleep(for: .microseconds(Int64(wait)))
        return true
    }
}
