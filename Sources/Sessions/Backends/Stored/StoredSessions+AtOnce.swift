//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What nearly every request of a session in memory does: one token, of a living session, that nobody else writes at
/// the moment. Everything else goes the long way.
extension StoredSessions {
    func resolutionAtOnce(of reading: ExtractedCredentials, _ request: SessionRequest) -> ResolutionAtOnce? {
        guard !reading.fewTokens.isEmpty else { return ResolutionAtOnce(reason: .noToken) }
        let now = self.configuration.clock.now
        guard
            let token = reading.fewTokens.only, let store = self.store.immediate,
            case .found(let record) = try? store.loadAtOnce(token.id, now: now),
            record.isSession, !self.configuration.isOver(record, now: now)
        else { return nil }
        let standing = record.standing(of: token.secretHash, now: now)
        guard standing.isGood, let opened = self.opened(record, for: token) else { return nil }
        return ResolutionAtOnce(
            record: opened,
            reason: standing == .current ? .found : .previousSecret,
            isOutdated: reading.isOutdated
        )
    }

    func rewriteAtOnce(
        _ record: SessionRecord,
        for request: SessionRequest,
        now: Instant,
        _ change: (inout SessionRecord) throws -> Void
    ) -> SessionRecord? {
        guard
            let store = self.store.immediate, !self.rewriting.isBusy(record.id),
            let next = try? self.next(after: record, change),
            let stored = try? self.sealed(next),
            case .replaced = try? store.replaceAtOnce(stored, ifVersion: record.version, now: now)
        else { return nil }
        return next
    }
}
