//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// What an opening asks for, told what was found: no store, no clock, no waiting.
@Suite("An opening decides")
struct OpenOperationTests {
    private static let now = SessionInstant(millisecondsSince1970: 1_800_000_000_000)
    private static let token = SessionToken(random: .system)
    private static let other = SessionToken(random: .system)

    private static func live(_ token: SessionToken, secret: SessionToken? = nil) -> SessionState.LoadedSession {
        let record = SessionConfiguration().newRecord(for: secret ?? token, now: self.now)
        return SessionState.LoadedSession(record: record, token: token, isNew: false)
    }

    private func operation(
        _ tokens: SessionToken...,
        onStoreFailure: StoreFailurePolicy = .unavailable,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) -> OpenOperation {
        var credentials = ExtractedCredentials()
        for token in tokens { credentials.add(token.text.utf8) }
        var configuration = SessionConfiguration()
        configure(&configuration)
        return OpenOperation(
            credentials, by: 0, onStoreFailure: onStoreFailure, EngineEnvironment(configuration))
    }

    /// Runs an operation, and returns the actions and the end in words.
    private func run(
        _ operation: OpenOperation,
        _ answer: (OpenOperation.Action) -> OpenOperation.Event,
        reported: (SessionReport) -> Void = { _ in }
    ) -> [String] {
        var (operation, words) = (operation, [String]())
        var step = operation.next(.started)
        while case .perform(let action) = step {
            switch action {
            case .lookUp: words.append("look up")
            case .loadSecrets: words.append("load secrets")
            case .checkActor: words.append("check actor")
            case .endCopied: words.append("end")
            case .report(let report):
                reported(report)
                words.append("report \(report.reason.map { "\($0)" } ?? "\(report.kind)")")
            }
            if case .report = action { step = operation.next(.reported) } else { step = operation.next(answer(action)) }
        }
        switch step {
        case .finish(let resolution):
            let state = resolution.live != nil ? "session" : resolution.detachment != nil ? "detached" : "visitor"
            words.append("\(state): \(resolution.reason.rawValue)")
        case .fail(let error): words.append("fail: \(error.code)")
        case .perform: break
        }
        return words
    }

    @Test("nothing is looked up for a request without a credential")
    func stranger() {
        #expect(self.run(self.operation()) { _ in .reported } == ["visitor: no token"])
    }

    @Test("one token is one lookup")
    func oneLookup() {
        let words = self.run(self.operation(Self.token)) { _ in .found(.live(Self.live(Self.token))) }
        #expect(words == ["look up", "session: the token of a session"])
    }

    @Test("a token that opens nothing is reported, with what is known of it")
    func refused() {
        let words = self.run(self.operation(Self.token, Self.other)) { action in
            guard case .lookUp(.token(let token)) = action else { return .reported }
            return .found(.refused(token.matches(Self.token) ? .expired : .unknown))
        }
        #expect(
            words == [
                "look up", "report expired", "look up", "report unknown", "visitor: the token of an expired session",
            ])
    }

    @Test("only the holder of a secret hears that its session has ended", arguments: [true, false])
    func tombstone(isHolder: Bool) {
        let record = SessionConfiguration().newRecord(for: isHolder ? Self.token : Self.other, now: Self.now)
        let words = self.run(self.operation(Self.token)) { action in
            guard case .loadSecrets = action else { return .found(.tombstone(Self.token)) }
            return .loadedSecrets(EndedSecrets(of: record))
        }
        #expect(
            words == ["look up", "load secrets"]
                + (isHolder
                    ? ["report ended", "detached: the token of a session that has just ended"]
                    : ["report unknown", "visitor: a token of no session"]))
    }

    @Test("a replayed secret is reported and ends its session where that is configured")
    func replayed() {
        let record = Self.live(Self.token).record
        let operation = self.operation(Self.token) { $0.onReplayedSecret = .endSession }
        let words = self.run(operation) { action in
            if case .endCopied(let record, let reason) = action {
                return .endedCopied(record, reason, isEnded: true)
            }
            return .found(.replayed(record))
        }
        #expect(
            words == [
                "look up", "report replayed_secret", "end", "report replayed_secret",
                "visitor: a retired secret",
            ])
        let kept = self.run(self.operation(Self.token)) { _ in .found(.replayed(record)) }
        #expect(kept == ["look up", "report replayed_secret", "visitor: a retired secret"])
    }

    @Test(
        "a bound cookie without a proof is reported with what is done, and ends its session where that is configured",
        arguments: [UnboundUsePolicy.refuse, .endSession], [ReplayedSecretPolicy.refuse, .endSession])
    func unproven(_ unbound: UnboundUsePolicy, _ replayed: ReplayedSecretPolicy) {
        let record = Self.live(Self.token).record
        for reason in [SessionEvent.Reason.overdue, .replayedSecret] {
            let operation = self.operation(Self.token) {
                $0.onUnboundUse = unbound
                $0.onReplayedSecret = replayed
            }
            var actions: [SessionEvent.Action?] = []
            let words = self.run(operation) { action in
                switch action {
                case .endCopied(let record, let reason): return .endedCopied(record, reason, isEnded: true)
                default: return .found(.unproven(record, reason))
                }
            } reported: {
                actions.append($0.action)
            }
            let isEnded = unbound == .endSession || reason == .replayedSecret && replayed == .endSession
            let refusal = reason == .overdue ? "the token of a bound session after its lifetime" : "a retired secret"
            #expect(
                words == ["look up", "report \(reason)"] + (isEnded ? ["end", "report unbound_use"] : [])
                    + ["visitor: \(refusal)"])
            #expect(actions == (isEnded ? [.sessionEnded, nil] : [.refused]))
        }
    }

    @Test("a replayed secret beside the newer one of its session is nothing")
    func replayedBesideNewer() {
        let newer = SessionToken(id: Self.token.id, secret: Self.other.secret)
        let live = Self.live(newer)
        let words = self.run(self.operation(Self.token, newer)) { action in
            guard case .lookUp(.token(let token)) = action else { return .reported }
            return .found(token.matches(newer) ? .live(live) : .replayed(live.record))
        }
        #expect(words == ["look up", "look up", "session: the token of a session"])
    }

    @Test("of two secrets of one session the newer one is taken, whichever comes first", arguments: [true, false])
    func newerSecret(isFirst: Bool) {
        let newer = SessionToken(id: Self.token.id, secret: Self.other.secret)
        let tokens = isFirst ? (newer, Self.token) : (Self.token, newer)
        let words = self.run(self.operation(tokens.0, tokens.1)) { action in
            guard case .lookUp(.token(let token)) = action else { return .reported }
            return .found(.live(Self.live(token, secret: newer)))
        }
        #expect(words == ["look up", "look up", "session: the token of a session"])
    }

    @Test("two sessions at once are no visitor")
    func several() {
        let words = self.run(self.operation(Self.token, Self.other)) { action in
            guard case .lookUp(.token(let token)) = action else { return .reported }
            return .found(.live(Self.live(token)))
        }
        #expect(
            words == ["look up", "look up", "report several_tokens", "visitor: the tokens of several sessions"])
    }

    @Test("a store that does not answer fails the request, or leaves it without a session")
    func outage() {
        let failure = SessionError.storeUnavailable(SessionStoreError.circuitOpen, retryAfter: .seconds(5))
        let failed = self.run(self.operation(Self.token)) { _ in .failed(failure) }
        #expect(failed == ["look up", "report opening", "fail: store_unavailable"])
        let anonymous = self.run(self.operation(Self.token, onStoreFailure: .anonymous)) { _ in .failed(failure) }
        #expect(anonymous == ["look up", "report opening", "detached: a token, but the store is unavailable"])
    }
}
