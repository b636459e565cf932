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
    private let onUnboundUse: UnboundUsePolicy
    /// The live sessions, without duplicates.
    private var found = TinyArray<SessionState.LoadedSession>()
    /// The sessions whose credential someone may have copied: a retired secret, or a bound cookie with the reason why
    /// it needs a proof.
    private var copied: [(record: SessionRecord, unproven: SessionEvent.Reason?)] = []
    /// The session whose administrator's session must be looked up.
    private var acting: (record: SessionRecord, token: SessionToken)?
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
    ///   - environment: The environment of the engine, for its policies.
    init(_ extracted: ExtractedCredentials, _ environment: EngineEnvironment) {
        self.remaining = extracted.credentials.makeIterator()
        self.onReplayedSecret = environment.configuration.onReplayedSecret
        self.onUnboundUse = environment.configuration.onUnboundUse
        self.isOutdated = extracted.isOutdated
        if extracted.credentials.isEmpty {
            self.refusal = extracted.malformedCount > 0 ? .malformed : .noToken
            if self.refusal == .malformed { self.urgent = [.report(SessionReport(.refused, .malformed))] }
        } else {
            self.refusal = .unknown
        }
    }

    /// Checks one credential that was passed to an operation.
    init(_ credential: SessionCredential, _ environment: EngineEnvironment) {
        self.init(ExtractedCredentials(credential), environment)
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
        case .endedCopied(let record, let reason, let isEnded):
            guard isEnded else { break }
            self.urgent.append(.report(SessionReport(.ended, reason, record.id, subject: record.subject)))
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
            self.copied.append((record, nil))
        case .unproven(let record, let reason):
            self.copied.append((record, reason))
        case .tombstone(let token):
            self.tombstone = token
        case .acting(let record, let token):
            self.acting = (record, token)
        case .ended(let id, _, let unreported):
            self.endedID = id
            if let unreported { self.unreported = unreported }
        case .refused(let reason, _, _, _, _):
            // Any other reason is more specific than an unknown credential.
            if reason != .unknown { self.refusal = reason }
        }
    }

    private mutating func nextStep() -> OpenOperation.Step {
        if !self.urgent.isEmpty { return .perform(self.urgent.removeFirst()) }
        if let (record, token) = self.acting {
            self.acting = nil
            return .perform(.checkActor(record, token))
        }
        if let tombstone = self.tombstone { return .perform(.loadSecrets(tombstone.id)) }
        if let credential = self.remaining.next() { return .perform(.lookUp(credential)) }
        if let action = self.answerCopy() { return .perform(action) }
        return self.conclude()
    }

    /// A secret that comes back after its renewal was copied, unless the newer secret came with it: a cookie of a
    /// former path or domain may be left over. So was the cookie of a bound session that comes after its lifetime.
    private mutating func answerCopy() -> OpenOperation.Action? {
        while !self.copied.isEmpty {
            let (record, unproven) = self.copied.removeFirst()
            guard !self.found.contains(where: { $0.record.id == record.id }) else { continue }
            self.refusal = unproven == .overdue ? .unproven : .replayedSecret
            guard let unproven else {
                if self.onReplayedSecret == .endSession { self.urgent.append(.endCopied(record, .replayedSecret)) }
                return .report(SessionReport(.suspicious, .replayedSecret, record.id, subject: record.subject))
            }
            let isEnded =
                self.onUnboundUse == .endSession
                || unproven == .replayedSecret && self.onReplayedSecret == .endSession
            if isEnded { self.urgent.append(.endCopied(record, .unboundUse)) }
            let action: SessionEvent.Action = isEnded ? .sessionEnded : .refused
            return .report(
                SessionReport(.unboundUse, unproven, record.id, subject: record.subject, action: action))
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
    var holdsCurrentSecret: Bool {
        let hash = self.token.secretHash
        return hash == self.record.secretHash || self.record.isActing(by: hash)
    }

    /// Of two credentials of one session, the one with the newer secret wins, and then the one with the later state.
    fileprivate func isKnownBetter(than other: SessionState.LoadedSession) -> Bool {
        guard self.holdsCurrentSecret == other.holdsCurrentSecret else { return self.holdsCurrentSecret }
        return self.record.version.counter > other.record.version.counter
    }
}
