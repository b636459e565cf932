//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import Synchronization

extension DefectiveStore {
    func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        let isLive = self.state.withLock { state in
            state.hasWritten = true
            return self.live(id, now, in: state) != nil
        }
        if isLive {
            if self.has(.cancelledEndLeavesNoTombstone), Task.isCancelled {
                self.state.withLock { $0.entries[id] = nil }
                throw CancellationError()
            }
            if self.has(.endIsNotAtomic) {
                await self.pause()
                self.state.withLock { $0.entries[id] = .tombstone(tombstoneUntil) }
                return true
            }
            if self.has(.endLeavesAGap) {
                let wasLive = self.state.withLock { $0.entries.removeValue(forKey: id) != nil }
                // Until another task falls into the gap, which takes longer on a busy machine.
                for _ in 0..<1_000 where self.state.withLock({ $0.entries[id] == nil }) { await Task.yield() }
                self.state.withLock { $0.entries[id] = .tombstone(tombstoneUntil) }
                return wasLive
            }
        }
        return self.state.withLock { self.end(id, tombstoneUntil, now, in: &$0) }
    }

    func end(_ id: SessionID, _ tombstoneUntil: SessionInstant, _ now: SessionInstant, in state: inout State) -> Bool {
        if let end = self.tombstoneEnd(id, now, in: state) {
            state.entries[self.key(id)] = .tombstone(
                self.has(.endShortensTombstones) ? tombstoneUntil : max(end, tombstoneUntil))
            return false
        }
        guard var record = self.live(id, now, in: state) else {
            if self.has(.endMarksTheMissing), state.entries[id] == nil {
                state.entries[id] = .tombstone(tombstoneUntil)
            }
            if self.has(.endClaimsTheExpired), case .record(let expired) = state.entries[id] {
                return now > expired.expiresAt
            }
            return false
        }
        if self.has(.tombstonesForgetThePreviousSecret) { record.previousSecret = nil }
        state.secrets[id] = EndedSecrets(of: record)
        state.entries[self.key(id)] = .tombstone(tombstoneUntil)
        state.ended.append(id)
        if self.has(.endTakesNeighbours) {
            for other in state.entries.keys where other.high == id.high {
                state.entries[other] = .tombstone(tombstoneUntil)
            }
        }
        return true
    }
}
#endif
