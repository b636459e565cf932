//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension StoredSessions {
    func resolution(
        of reading: ExtractedCredentials,
        _ request: SessionRequest,
        origin: EventOrigin
    ) async throws -> SessionResolution {
        guard !reading.fewTokens.isEmpty else { return reading.anonymousResolution }
        var valid: [SessionState.LoadedSession] = []
        var ended: SessionID?
        var replayed: [SessionRecord] = []
        var refusal = ResolutionReason.unknown
        for token in reading.tokens {
            switch try await self.lookUp(token, origin: origin) {
            case .live(let live):
                // Two secrets of one session are one visitor, who is best known by the newer one.
                if let index = valid.firstIndex(where: { $0.record.id == live.record.id }) {
                    if live.holdsCurrentSecret { valid[index] = live }
                } else {
                    valid.append(live)
                }
            case .replayed(let record):
                replayed.append(record)
            case .ended:
                ended = token.id
            case .refused(let reason):
                refusal = reason
            }
        }
        // A cookie of a former path or domain may be left over beside the one that holds the newer secret.
        for record in replayed where !valid.contains(where: { $0.record.id == record.id }) {
            try await self.answerReplay(of: record, origin: origin)
            refusal = .replayedSecret
        }
        let isOutdated = reading.isOutdated
        if let resolution = SessionResolution.rejectingMultiple(valid, self.configuration, origin: origin) {
            return resolution
        }
        if let live = valid.first { return SessionResolution(found: live, isOutdated: isOutdated) }
        if let ended { return SessionResolution(standing: .detached(.ended(ended)), reason: .ended) }
        return SessionResolution(standing: .visitor, reason: refusal)
    }

    enum TokenLookUp {
        case live(SessionState.LoadedSession)
        /// A secret of the session that was renewed long ago.
        case replayed(SessionRecord)
        case ended
        case refused(ResolutionReason)
    }

    /// Finds out what a token opens.
    func lookUp(_ token: SessionToken, origin: EventOrigin) async throws -> TokenLookUp {
        let now = self.configuration.clock.now
        let result: SessionLoadResult
        do {
            result = try await self.store.call(.read(token.id)) { try await $0.load(token.id, now: now) }
        } catch let error as SessionStoreError {
            // One bad record is one visitor without a session.
            return self.refuse(.unreadable, token.id, error: error, origin: origin)
        }
        switch result {
        case .missing:
            // An id that is nobody's is the client's own word, which is not repeated.
            return self.refuse(.unknown, nil, origin: origin)
        case .ended:
            let secrets = try await self.store.call(.read(token.id)) {
                try await $0.endedSecrets(of: token.id, now: now)
            }
            // Of an id that was ended a stranger hears what an id that never was hears.
            guard secrets?.contains(token.secretHash) ?? true else { return self.refuse(.unknown, nil, origin: origin) }
            self.configuration.report(.refused, .ended, token.id, from: origin)
            return .ended
        case .found(let record) where !record.isSession:
            return self.refuse(.unknown, nil, origin: origin)
        case .found(let record):
            return try await self.check(token, against: record, now: now, origin: origin)
        }
    }

    /// Reports a secret that came back after its renewal, and does what the policy says.
    func answerReplay(of record: SessionRecord, origin: EventOrigin) async throws {
        let (id, subject) = (record.id, record.subject)
        self.configuration.report(.suspicious, .replayedSecret, id, subject: subject, from: origin)
        if self.configuration.onReplayedSecret == .endSession, try await self.end(id) {
            self.configuration.report(.ended, .replayedSecret, id, subject: subject, from: origin)
        }
    }

    private func refuse(
        _ reason: ResolutionReason,
        _ id: SessionID?,
        subject: String? = nil,
        error: (any Error)? = nil,
        origin: EventOrigin
    ) -> TokenLookUp {
        self.configuration.report(.refused, reason.refusal, id, subject: subject, error: error, from: origin)
        return .refused(reason)
    }

    private func check(
        _ token: SessionToken,
        against record: SessionRecord,
        now: Instant,
        origin: EventOrigin
    ) async throws -> TokenLookUp {
        // A store may be careless.
        guard !self.configuration.isOver(record, now: now) else {
            return self.refuse(.expired, record.id, subject: record.subject, origin: origin)
        }
        switch record.standing(of: token.secretHash, now: now) {
        case .current, .previous:
            guard let opened = self.opened(record, for: token) else {
                return self.refuse(.unreadable, record.id, subject: record.subject, origin: origin)
            }
            return .live(SessionState.LoadedSession(record: opened, token: token, isNew: false))
        case .outlived:
            return .replayed(record)
        case .unknown:
            return self.refuse(.wrongSecret, record.id, subject: record.subject, origin: origin)
        }
    }
}

extension SessionState.LoadedSession {
    /// Whether the token is the newest of its session.
    var holdsCurrentSecret: Bool { self.token.secretHash == self.record.secretHash }
}
