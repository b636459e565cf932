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
    func end(_ id: SessionID, markedUntil: Instant, now: Instant) async throws -> Bool {
        let isLive = self.state.withLock { state in
            state.hasWritten = true
            return self.live(id, now, in: state) != nil
        }
        if isLive {
            if self.has(.cancelledEndLeavesNoMarker), Task.isCancelled {
                self.state.withLock { $0.entries[id] = nil }
                throw CancellationError()
            }
            if self.has(.endIsNotAtomic) {
                await self.pause()
                self.state.withLock { $0.entries[id] = .marker(markedUntil) }
                return true
            }
            if self.has(.endLeavesAGap) {
                let wasLive = self.state.withLock { $0.entries.removeValue(forKey: id) != nil }
                await self.pause()
                self.state.withLock { $0.entries[id] = .marker(markedUntil) }
                return wasLive
            }
        }
        return self.state.withLock { self.end(id, markedUntil, now, in: &$0) }
    }

    func end(_ id: SessionID, _ markedUntil: Instant, _ now: Instant, in state: inout State) -> Bool {
        if let end = self.markerEnd(id, now, in: state) {
            state.entries[self.key(id)] = .marker(self.has(.endShortensMarkers) ? markedUntil : max(end, markedUntil))
            return false
        }
        guard self.live(id, now, in: state) != nil else {
            if self.has(.endMarksTheMissing), state.entries[id] == nil { state.entries[id] = .marker(markedUntil) }
            if self.has(.endClaimsTheExpired), case .record(let expired) = state.entries[id] {
                return now > expired.expiresAt
            }
            return false
        }
        state.entries[self.key(id)] = .marker(markedUntil)
        if self.has(.endTakesNeighbours) {
            for other in state.entries.keys where other.high == id.high { state.entries[other] = .marker(markedUntil) }
        }
        return true
    }
}
#endif
