//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides which session the credentials of one transport open: a state machine that gets each finding, and returns the
/// next action.
struct CredentialCheck {
    private var remaining: TinyArray<SessionCredential>.Iterator
    private let onReplayedSecret: ReplayedSecretPolicy
    /// The live sessions, without duplicates.
    private var found = TinyArray<SessionState.LoadedSession>()
    /// The sessions of retired secrets.
    private var replayed: [SessionRecord] = []
    /// The token whose tombstone is being loaded.
    private var tombstone: SessionToken?
    private var endedID: SessionID?
    private var unreported: SessionRecord?
    /// Why no session was found: at first, because there was no credential.
    private var refusal: ResolutionReason
    private var isOutdated: Bool
    private var hasReportedSeveral = false
    /// Actions that come before all others.
    private var urgent: [OpenOperation.Action] = []

    /// - Parameters:
    ///   - credentials: The credentials that a transport found in a request.
    ///   - onReplayedSecret: The policy for retired secrets.
    init(_ extracted: ExtractedCredentials, onReplayedSecret: ReplayedSecretPolicy) {
        self.remaining = extracted.credentials.makeIterator()
        self.onReplayedSecret = onReplayedSecret
        self.isOutdated = extracted.isOutdated
        if extracted.credentials.isEmpty {
            self.refusal = extracted.malformedCount > 0 ? .malformed : .noToken
            if self.refusal == .malformed { self.urgent = [.report(SessionReport(.refused, .malformed))] }
        } else {
            self.refusal = .unknown
        }
    }

    /// Checks one credential that was passed to an operation.
    init(_ credential: SessionCredential, onReplayedSecret: ReplayedSecretPolicy) {
        self.init(ExtractedCredentials(credential), onReplayedSecret: onReplayedSecret)
    }

    mutating func next(_ event: consuming OpenOperation.Event) -> OpenOperation.Step {
        switch consume event {
        case .started: break
        case .reported: break
        case .failed: break
        case .found(let finding):
            self.take(finding)
        case .loadedSecrets(let secrets):
            guard let token = self.tombstone else { break }
            self.tombstone = nil
            self.take(CredentialFinding(tombstoneOf: token, secrets: secrets))
        case .endedReplayed(let record, let isEnded):
            guard isEnded else { break }
            self.urgent.append(.report(SessionReport(.ended, .replayedSecret, record.id, subject: record.subject)))
        }
        return self.nextStep()
    }

    private mutating func take(_ finding: consuming CredentialFinding) {
        if let report = finding.report { self.urgent.append(.report(report)) }
        switch consume finding {
        case .live(let live, let isOutdated):
            self.isOutdated = self.isOutdated || isOutdated
            self.found.keep(live) {
                $0.record.id == $1.record.id
            } isBetter: {
                $0.isKnownBetter(than: $1)
            }
        case .replayed(let record):
            self.replayed.append(record)
        case .tombstone(let token):
            self.tombstone = token
        case .ended(let id, _, let unreported):
            self.endedID = id
            if let unreported { self.unreported = unreported }
        case .refused(let reason, _, _, _):
            // Any other reason is more specific than an unknown credential.
            if reason != .unknown { self.refusal = reason }
        }
    }

    private mutating func nextStep() -> OpenOperation.Step {
        if !self.urgent.isEmpty { return .perform(self.urgent.removeFirst()) }
        if let tombstone = self.tombstone { return .perform(.loadSecrets(tombstone.id)) }
        if let credential = self.remaining.next() { return .perform(.lookUp(credential)) }
        if let action = self.answerReplay() { return .perform(action) }
        return self.conclude()
    }

    /// A secret that comes back after its renewal was copied, unless the newer secret came with it: a cookie of a
    /// former path or domain may be left over.
    private mutating func answerReplay() -> OpenOperation.Action? {
        while !self.replayed.isEmpty {
            let record = self.replayed.removeFirst()
            guard !self.found.contains(where: { $0.record.id == record.id }) else { continue }
            self.refusal = .replayedSecret
            if self.onReplayedSecret == .endSession { self.urgent.append(.endReplayed(record)) }
            return .report(SessionReport(.suspicious, .replayedSecret, record.id, subject: record.subject))
        }
        return nil
    }

    private mutating func conclude() -> OpenOperation.Step {
        if let live = self.found.single {
            return .finish(SessionResolution(found: live, isOutdated: self.isOutdated))
        }
        if !self.found.isEmpty {
            // A client that comes as several visitors at once is not trusted.
            let several = Array(self.found)
            guard self.hasReportedSeveral else {
                self.hasReportedSeveral = true
                return .perform(.report(.several(several.map(\.record.id))))
            }
            return .finish(SessionResolution(several: several))
        }
        if let record = self.unreported { return .finish(SessionResolution(ended: record)) }
        if let id = self.endedID {
            return .finish(SessionResolution(status: .detached(.ended(id)), reason: .ended))
        }
        return .finish(SessionResolution(status: .visitor, reason: self.refusal))
    }
}

extension SessionState.LoadedSession {
    /// Whether the token is the newest of its session.
    var holdsCurrentSecret: Bool { self.token.secretHash == self.record.secretHash }

    /// Of two credentials of one session, the one with the newer secret wins, and then the one with the later state.
    fileprivate func isKnownBetter(than other: SessionState.LoadedSession) -> Bool {
        guard self.holdsCurrentSecret == other.holdsCurrentSecret else { return self.holdsCurrentSecret }
        return self.record.version.counter > other.record.version.counter
    }
}
