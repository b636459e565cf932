//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension StoredSessions {
    func arrival(
        of reading: SessionTokenReading,
        _ request: SessionRequest,
        logger: Logger
    ) async throws -> Arrival {
        guard !reading.fewTokens.isEmpty else { return reading.arrivalOfNobody }
        var valid: [SessionState.LiveSession] = []
        var ended: SessionID?
        var refusal = SessionArrival.unknown
        for token in reading.tokens {
            switch try await self.lookUp(token, logger: logger) {
            case .live(let live):
                // Two secrets of one session are one visitor, who is best known by the newer one.
                if let index = valid.firstIndex(where: { $0.record.id == live.record.id }) {
                    if live.holdsCurrentSecret { valid[index] = live }
                } else {
                    valid.append(live)
                }
            case .ended:
                ended = token.id
            case .refused(let reason):
                refusal = reason
            }
        }
        let isOutdated = reading.isOutdated
        if let arrival = Arrival.ofSeveral(valid, self.configuration, logger: logger) { return arrival }
        if let live = valid.first { return Arrival(found: live, isOutdated: isOutdated) }
        if let ended { return Arrival(standing: .detached(.ended(ended)), reason: .ended) }
        return Arrival(standing: .visitor, reason: refusal)
    }

    enum TokenLookUp {
        case live(SessionState.LiveSession)
        case ended
        case refused(SessionArrival)
    }

    /// Finds out what a token opens.
    func lookUp(_ token: SessionToken, logger: Logger) async throws -> TokenLookUp {
        let now = self.configuration.clock.now
        let result: SessionLoadResult
        do {
            result = try await self.store.call { try await $0.load(token.id, now: now) }
        } catch let error as SessionStoreError {
            // One bad record is one visitor without a session.
            return self.refuse(.unreadable, token.id, error: error, logger: logger)
        }
        switch result {
        case .missing:
            // An id that is nobody's is the client's own word, which is not repeated.
            return self.refuse(.unknown, nil, logger: logger)
        case .ended:
            self.configuration.report(.refused, .ended, token.id, to: logger)
            return .ended
        case .found(let record) where !record.isSession:
            return self.refuse(.unknown, nil, logger: logger)
        case .found(let record):
            return try await self.check(token, against: record, now: now, logger: logger)
        }
    }

    private func refuse(
        _ reason: SessionArrival,
        _ id: SessionID?,
        subject: String? = nil,
        error: (any Error)? = nil,
        logger: Logger
    ) -> TokenLookUp {
        self.configuration.report(.refused, reason.refusal, id, subject: subject, error: error, to: logger)
        return .refused(reason)
    }

    private func check(
        _ token: SessionToken,
        against record: SessionRecord,
        now: Instant,
        logger: Logger
    ) async throws -> TokenLookUp {
        // A store may be careless.
        guard !self.configuration.isOver(record, now: now) else {
            return self.refuse(.expired, record.id, subject: record.subject, logger: logger)
        }
        switch record.standing(of: token.secretHash, now: now) {
        case .current, .previous:
            guard let opened = self.opened(record, for: token) else {
                return self.refuse(.unreadable, record.id, subject: record.subject, logger: logger)
            }
            return .live(SessionState.LiveSession(record: opened, token: token, isNew: false))
        case .outlived:
            let (id, subject) = (record.id, record.subject)
            self.configuration.report(.suspicious, .replayedSecret, id, subject: subject, to: logger)
            if self.configuration.onReplayedSecret == .endSession, try await self.end(id) {
                self.configuration.report(.ended, .replayedSecret, id, subject: subject, to: logger)
            }
            return .refused(.replayedSecret)
        case .unknown:
            return self.refuse(.wrongSecret, record.id, subject: record.subject, logger: logger)
        }
    }
}

extension SessionState.LiveSession {
    /// Whether the token is the newest of its session.
    var holdsCurrentSecret: Bool { self.token.secretHash == self.record.secretHash }
}
