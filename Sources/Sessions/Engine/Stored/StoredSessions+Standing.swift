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
        guard !reading.tokens.isEmpty else { return reading.arrivalOfNobody }
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
        if let arrival = Arrival.ofSeveral(valid, logger: logger) { return arrival }
        if let live = valid.first {
            let reason: SessionArrival = live.holdsCurrentSecret ? .found : .previousSecret
            return Arrival(standing: .live(live), reason: reason, isOutdated: isOutdated)
        }
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
            logger.error("A stored session cannot be read", metadata: ["error": "\(error)"])
            return .refused(.unreadable)
        }
        switch result {
        case .missing: return .refused(.unknown)
        case .ended: return .ended
        case .found(let record): return try await self.check(token, against: record, now: now, logger: logger)
        }
    }

    private func check(
        _ token: SessionToken,
        against record: SessionRecord,
        now: Instant,
        logger: Logger
    ) async throws -> TokenLookUp {
        // A store may be careless.
        guard !self.configuration.isOver(record, now: now) else { return .refused(.expired) }
        switch record.standing(of: token.secret.hash, now: now) {
        case .current, .previous:
            guard let record = self.opened(record, for: token) else {
                logger.error(
                    "The sealed values of a stored session cannot be opened",
                    metadata: ["session.id": "\(record.id)"]
                )
                return .refused(.unreadable)
            }
            return .live(SessionState.LiveSession(record: record, token: token, isNew: false))
        case .outlived:
            logger.warning(
                "A session secret came back after its renewal: somebody may have kept a copy",
                metadata: ["session.id": "\(record.id)", "session.ended": "\(self.configuration.endsReplayedSessions)"]
            )
            if self.configuration.endsReplayedSessions {
                _ = try await self.end(record.id)
            }
            return .refused(.replayedSecret)
        case .unknown:
            logger.info("A token has the id of a session and not its secret", metadata: ["session.id": "\(record.id)"])
            return .refused(.wrongSecret)
        }
    }
}

extension SessionConfiguration {
    fileprivate var endsReplayedSessions: Bool { self.onReplayedSecret == .endSession }
}

extension SessionState.LiveSession {
    /// Whether the token is the newest of its session.
    var holdsCurrentSecret: Bool { self.token.secret.hash == self.record.secretHash }
}
