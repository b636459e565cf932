//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Reading revocations.
extension RevocationReplica {
    /// If more segments than this must be read, all are read in pages.
    private static let maximumSegmentCount: Int64 = 64

    private var head: RevocationSegment? { self.state.withLock { $0.head } }

    /// Reads the whole log. Entries that are appended in the meantime come after the head that was read first.
    func readLog(now: SessionInstant) async throws {
        var previous = self.state.withLock { $0.previous }
        try await previous.start(now: now) { self.table.add($0, now: now) }
        let exist = previous.exist
        self.state.withLock { [previous] in $0.previous = previous }
        // Sessions of the version without a log have no log epoch, but may have a global one, which is later than 1.
        let epoch = exist ? 1 : self.nextLogEpoch(now: now)
        let head = try await self.log.head(now: now)
        if let head { return try await self.adopt(head, now: now) }
        try await self.adopt(try await self.log.create(epoch: epoch, now: now), now: now)
    }

    /// Reads revocations of the previous version, while there may be new ones.
    func readPrevious(now: SessionInstant) async throws {
        var previous = self.state.withLock { $0.previous }
        guard previous.exist else { return }
        try await previous.refresh(now: now) { self.table.add($0, now: now) }
        self.state.withLock { [previous] in $0.previous = previous }
    }

    /// Reads new entries.
    func readNews(now: SessionInstant) async throws {
        guard let current = try await self.log.head(now: now) else { return try await self.beginAnew(now: now) }
        try await self.absorb(current, now: now)
        // A log without additions for years must not expire. The write can wait while the store is read-only.
        guard let head = self.head, self.log.isRenewalDue(head, now: now) else { return }
        if case .appended(let head) = try? await self.log.append([], to: head, now: now) { self.set(head) }
    }

    private func adopt(_ head: RevocationSegment, now: SessionInstant) async throws {
        try await self.log.readAll(now: now) { self.add($0, now: now) }
        self.add(head.entries, now: now)
        self.set(head)
    }

    /// Begins a new log, because the old one is lost. This server still applies what it knows.
    func beginAnew(now: SessionInstant) async throws {
        try await self.adopt(try await self.log.create(epoch: self.nextLogEpoch(now: now), now: now), now: now)
        self.noteLoss()
    }

    private func nextLogEpoch(now: SessionInstant) -> Int64 {
        let last = max(self.epoch, self.table.epoch(of: Revocation.everyone, now: now) ?? 0)
        // Slightly in the past, so that a revocation of everything now is not in the future.
        return Revocation.epoch(after: last, now: now - .milliseconds(1))
    }

    /// Applies a head that another server wrote.
    func absorb(_ current: RevocationSegment, now: SessionInstant) async throws {
        guard let known = self.head, known.log == current.log else {
            try await self.adopt(current, now: now)
            return self.noteLoss()
        }
        guard current.version != known.version else { return }
        guard current.number >= known.number else { return try await self.restart(current, known, now: now) }
        let count = current.number - known.number
        if count > Self.maximumSegmentCount {
            try await self.log.readAll(now: now) { self.add($0, now: now) }
        } else if count > 0 {
            let log = self.log
            let numbers = (0..<count).map { known.number + $0 }
            // A missing segment has no entry that still matters.
            let segments = try await numbers.concurrentMap(atMost: 8) {
                try await log.segment($0, of: current.log, now: now)
            }.compactMap(\.self)
            for segment in segments {
                self.add(segment.entries, now: now)
                if segment.number == known.number { self.restore(known.entries, missingIn: segment.entries, now: now) }
            }
        }
        self.add(current.entries, now: now)
        self.set(current)
        if count == 0 { self.restore(known.entries, missingIn: current.entries, now: now) }
    }

    /// Begins a new log, because the store was reset to an earlier state, as after restoring a backup: whole segments
    /// are missing, and it may have some that no server knows.
    private func restart(_ current: RevocationSegment, _ known: RevocationSegment, now: SessionInstant) async throws {
        switch try await self.log.restart(current, epoch: self.nextLogEpoch(now: now), now: now) {
        case .appended(let head):
            try await self.adopt(head, now: now)
            self.noteLoss()
            self.restore(known.entries, missingIn: head.entries, now: now)
        case .conflict(let other): try await self.absorb(other, now: now)
        case .missing: try await self.beginAnew(now: now)
        }
    }

    /// Publishes entries again that the store had accepted and lost, as in a failover to a lagging replica.
    private func restore(_ entries: [Revocation], missingIn current: [Revocation], now: SessionInstant) {
        let lost = Set(entries).subtracting(current).filter { now < $0.until && !$0.isTrace }
        guard !lost.isEmpty else { return }
        self.noteLoss()
        for revocation in lost { self.pending.add(RevocationRequest(.restored(revocation), isKept: true)) }
    }
}
