//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Publishing revocations.
extension RevocationReplica {
    private struct Batch {
        var entries: [Revocation] = []
        var outcomes: [(request: RevocationRequest, outcome: RevocationRequest.Outcome)] = []
        var ids: Set<SessionID> = []

        /// Adds an entry unchanged, unless there is one with its id. The request is decided when that one is in the
        /// log.
        mutating func add(_ request: RevocationRequest, _ revocation: Revocation) {
            guard self.ids.insert(revocation.id).inserted else { return }
            self.entries.append(revocation)
            self.outcomes.append((request, .published(revocation.epoch)))
        }
    }

    /// Appends the pending requests, as many entries at once as there is room for. Each append is based on the whole
    /// log, so that requests which depend on it are decided exactly. Requests that arrive in the meantime wait for the
    /// next attempt.
    func publishPending() async throws {
        var conflictCount = 0
        var requests = self.pending.requests
        while conflictCount < CompareAndSetOperation.limit {
            requests.removeAll { !$0.isOpen }
            let now = self.environment.configuration.clock.now
            guard let head = self.state.withLock({ $0.head }) else { return }
            let room = RevocationSegment.capacity - (head.isFull ? 0 : head.entries.count)
            let batch = self.batch(of: requests, atMost: room, now: now)
            guard !batch.entries.isEmpty else { return }
            switch try await self.log.append(batch.entries, to: head, now: now) {
            case .appended(let next):
                self.add(batch.entries.filter { !$0.isTrace }, now: now)
                self.set(next)
                for (request, outcome) in batch.outcomes { self.settle(request, outcome) }
            case .conflict(let current):
                conflictCount += 1
                try await self.absorb(current, now: now)
                try await self.backOff(conflictCount)
            case .missing:
                conflictCount += 1
                try await self.beginAnew(now: now)
            }
            // Entries that the store had lost are appended as well.
            if conflictCount > 0 { requests = self.pending.requests }
        }
        throw SessionError.contention(RevocationSegment.headID, retryAfter: self.environment.configuration.retryAfter)
    }

    private func settle(_ request: RevocationRequest, _ outcome: RevocationRequest.Outcome) {
        request.settle(outcome)
        if case .others(let record, _) = request.kind { self.state.withLock { $0.resumptions.forget(record.id) } }
    }

    /// Delays servers that append in parallel by different times. The first retry is immediate, because the loser now
    /// has the newest head.
    private func backOff(_ conflictCount: Int) async throws {
        guard conflictCount >= 4 else { return }
        let wait = self.environment.configuration.random.next() % (1_000 << UInt64(min((conflictCount - 4) / 4, 4)))
        try await self.environment.configuration.clock.sleep(for: .microseconds(Int64(wait)))
        // The head that was read before the wait is outdated and would lose again.
        try await self.readNews(now: self.environment.configuration.clock.now)
    }

    /// The entries to append next. Requests that need none are settled.
    private func batch(of requests: [RevocationRequest], atMost room: Int, now: SessionInstant) -> Batch {
        var batch = Batch()
        for request in requests {
            guard batch.entries.count + 2 <= room else { break }
            switch request.kind {
            case .session(let revocation): self.add(request, revocation, to: &batch, now: now)
            case .epoch(let revocation): self.add(request, epoch: revocation, to: &batch, now: now)
            case .others(let record, let revocation):
                self.add(request, othersThan: record, revocation, to: &batch, now: now)
            case .credentials(let revocation):
                let known = self.table.epoch(of: revocation.id, now: now) ?? 0
                if known >= revocation.epoch {
                    request.settle(.published(known))
                } else {
                    batch.add(request, revocation)
                }
            case .restored(let revocation): batch.add(request, revocation)
            }
        }
        return batch
    }

    private func add(_ request: RevocationRequest, _ revocation: Revocation, to batch: inout Batch, now: SessionInstant)
    {
        guard !self.table.contains(revocation.id, now: now), now < revocation.until else {
            return request.settle(.superseded)
        }
        batch.add(request, revocation)
    }

    private func add(
        _ request: RevocationRequest, epoch revocation: Revocation, to batch: inout Batch, now: SessionInstant
    ) {
        let last = self.table.epoch(of: revocation.id, now: now)
        if let attempted = request.attemptedEpoch, let last, last >= attempted {
            return request.settle(.published(last))
        }
        guard batch.ids.insert(revocation.id).inserted else { return }
        // A session's global epoch is at least that of the log.
        let floor = revocation.id == Revocation.everyone ? self.epoch : 0
        var entry = revocation
        entry.epoch = max(revocation.epoch, max(last ?? 0, floor).addingSaturating(1))
        request.noteAttempt(entry.epoch)
        batch.entries.append(entry)
        batch.outcomes.append((request, .published(entry.epoch)))
    }

    private func add(
        _ request: RevocationRequest,
        othersThan record: SessionRecord,
        _ revocation: Revocation,
        to batch: inout Batch,
        now: SessionInstant
    ) {
        // An entry of the same batch that ends this session decides about it first.
        guard batch.ids.isDisjoint(with: [record.id, revocation.id, Revocation.everyone]) else { return }
        guard self.table.epochEnding(self.resumed(record, now: now), now: now) == nil else {
            return request.settle(.superseded)
        }
        batch.ids.insert(revocation.id)
        var entry = revocation
        entry.epoch = Revocation.epoch(after: self.table.epoch(of: revocation.id, now: now), now: now)
        let trace = Revocation.trace(
            SessionID(random: self.environment.configuration.random), until: now + .minutes(10))
        self.state.withLock { [entry] in
            $0.resumptions.note(trace, of: record.id, epoch: entry.epoch, now: now)
        }
        batch.entries += [entry, trace]
        batch.outcomes.append((request, .published(entry.epoch)))
    }

    /// A session in its new epoch, if it ended all others of its user in an append whose reply was lost.
    func resumed(_ record: SessionRecord, now: SessionInstant) -> SessionRecord {
        guard
            let epoch = self.state.withLock({ $0.resumptions.epoch(of: record.id, now: now) }),
            record.subjectEpoch < epoch
        else { return record }
        var record = record
        record.subjectEpoch = epoch
        return record
    }
}
