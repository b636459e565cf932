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
    func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        let seen = self.state.withLock { self.live(id, now, in: $0) }
        if self.isWrittenBack, seen != nil { await self.pause() }
        let isCut = self.has(.cancelledTouchMovesOneTime) && Task.isCancelled
        let isTouched = self.state.withLock { state in
            state.hasWritten = true
            guard var record = self.touchable(id, now, seen, in: &state) else {
                return self.has(.touchClaimsTheMissing) && state.entries[id] == nil
            }
            if self.has(.touchWritesBackWhatItRead), let seen {
                (record.values, record.version) = (seen.values, seen.version)
            }
            if isCut {
                record.lastAccessedAt = touch.lastAccessedAt
            } else {
                self.apply(touch, to: &record, seen, now)
            }
            state.entries[self.key(id)] = .record(record)
            state.touched.insert(id)
            return true
        }
        if isCut { throw CancellationError() }
        return isTouched
    }

    /// Mistakes of touches that read in one step and write in another.
    private var isWrittenBack: Bool {
        self.has(.touchWritesBackWhatItRead) || self.has(.touchRevivesTheJustEnded) || self.has(.touchRacesPastTheLimit)
    }

    private func touchable(_ id: SessionID, _ now: SessionInstant, _ seen: SessionRecord?, in state: inout State)
        -> SessionRecord?
    {
        if let live = self.live(id, now, in: state) { return live }
        switch state.entries[self.key(id)] {
        case .record:
            return self.has(.touchRevivesTheExpired) ? self.justExpired(id, now, in: state) : nil
        case .tombstone(let end):
            if self.has(.touchMovesTombstones) { state.entries[id] = .tombstone(end + .minutes(20)) }
            return self.has(.touchRevivesTheJustEnded) ? seen : nil
        case nil:
            return nil
        }
    }

    private func apply(
        _ touch: SessionTouch, to record: inout SessionRecord, _ seen: SessionRecord?, _ now: SessionInstant
    ) {
        var touch = touch
        if self.has(.touchesAreRelative), now > touch.lastAccessedAt {
            touch.expiresAt = now + touch.lastAccessedAt.duration(to: touch.expiresAt)
        }
        var limit = record.absoluteExpiresAt
        if self.has(.touchRacesPastTheLimit), let seen { limit = seen.absoluteExpiresAt }
        if self.has(.touchPassesTheAbsoluteLimit), now > record.createdAt { limit = .distantFuture }
        let isShortened = self.has(.touchShortens) && touch.expiresAt > now + .seconds(1)
        record.lastAccessedAt = max(record.lastAccessedAt, touch.lastAccessedAt)
        record.expiresAt = min(isShortened ? touch.expiresAt : max(record.expiresAt, touch.expiresAt), limit)
    }
}
#endif
