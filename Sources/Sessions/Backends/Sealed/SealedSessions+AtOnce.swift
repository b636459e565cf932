//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What nearly every request of a sealed session does: one text that opens, of a session that is known not to have
/// ended. Everything else goes the long way.
extension SealedSessions {
    func resolutionAtOnce(of reading: ExtractedCredentials, _ request: SessionRequest) -> ResolutionAtOnce? {
        guard !reading.texts.isEmpty else { return ResolutionAtOnce(reason: .noToken) }
        let now = self.configuration.clock.now
        guard
            let text = reading.texts.only, self.revocations.isCurrent,
            let opened = self.open(text, self.name(request)), self.isKnownToLive(opened.record, now: now)
        else { return nil }
        return ResolutionAtOnce(record: opened.record, reason: .found, isOutdated: opened.isOutdated)
    }

    func rewriteAtOnce(
        _ record: SessionRecord,
        for request: SessionRequest,
        now: Instant,
        _ change: (inout SessionRecord) throws -> Void
    ) -> SessionRecord? {
        guard
            self.revocations.isCurrent, self.isKnownToLive(record, now: now),
            let next = try? self.next(after: record, request, change),
            next.hasLimits(of: record)
        else { return nil }
        return next
    }

    private func isKnownToLive(_ record: SessionRecord, now: Instant) -> Bool {
        !self.configuration.isOver(record, now: now)
            && !self.revocations.isKnownToCover(record)
    }
}
