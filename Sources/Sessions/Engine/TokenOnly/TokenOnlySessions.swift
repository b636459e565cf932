//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Logging

/// Tokens and nothing else: the application keeps what belongs to them.
///
/// A token is signed, so that a client cannot plant one that it invented.
struct TokenOnlySessions: SessionKeeper {
    let signer: TokenSigner
    let csrfKeys: PreparedKeys<SymmetricKey>
    let configuration: SessionConfiguration

    var isInText: Bool { true }
    var isSealed: Bool { false }
    var hasTokens: Bool { true }
    var sharesValues: Bool { false }
    var listsSessions: Bool { false }
    var endsOthers: Bool { false }

    func form(for request: SessionRequest) -> SessionTokenReading.Form {
        .signed(self.signer, name: self.configuration.cookieName(for: request))
    }

    func arrival(of reading: SessionTokenReading, _ request: SessionRequest, logger: Logger) async throws -> Arrival {
        let valid = reading.tokens.map { self.live($0, isNew: false) }
        if valid.count == 1 {
            return Arrival(standing: .live(valid[0]), reason: .found, isOutdated: reading.isOutdated)
        }
        let reason =
            Arrival.ofSeveral(valid, self.configuration, logger: logger)?.reason ?? reading.arrivalOfNobody.reason
        return Arrival(
            standing: .live(self.live(SessionToken(random: self.configuration.random), isNew: true)), reason: reason)
    }

    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LiveSession {
        let live = self.live(SessionToken(random: self.configuration.random), isNew: true)
        try self.refuse(fill, to: live.record)
        return live
    }

    func rewrite(
        _ live: SessionState.LiveSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionRewriteResult {
        try self.refuse(change, to: live.record)
        return .written(live.record)
    }

    func touch(_ live: SessionState.LiveSession, _ touch: SessionTouch) async throws -> Bool { true }

    func reload(_ live: SessionState.LiveSession) async throws -> SessionRecord? { live.record }

    func renew(
        _ live: SessionState.LiveSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LiveSession? {
        let renewed = self.live(SessionToken(random: self.configuration.random), isNew: true)
        try self.refuse(change, to: renewed.record)
        return renewed
    }

    func end(_ live: SessionState.LiveSession) async throws -> Bool { true }

    func end(_ id: SessionID, of subject: String?) async throws -> Bool { throw SessionError.tokenOnly }

    func end(_ token: SessionToken, logger: Logger) async throws -> Bool { throw SessionError.tokenOnly }

    func sessions(of subject: String) async throws -> [SessionRecord] { throw SessionError.tokenOnly }

    func endAll(of subject: String, except kept: Set<SessionID>) async throws { throw SessionError.tokenOnly }

    func endOthers(
        than live: SessionState.LiveSession,
        of subject: String
    ) async throws -> SessionState.LiveSession? { throw SessionError.tokenOnly }

    func endEverything() async throws { throw SessionError.tokenOnly }

    func loginMarks(of subject: String) async throws -> LoginMarks { throw SessionError.tokenOnly }

    func text(of live: SessionState.LiveSession, for request: SessionRequest) throws -> String? {
        try self.signer.sign(live.token, for: self.configuration.cookieName(for: request))
    }

    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.Ring { try self.csrfKeys.ring }

    /// A record for the engine to go by: it never ends and holds nothing.
    private func live(_ token: SessionToken, isNew: Bool) -> SessionState.LiveSession {
        let now = self.configuration.clock.now
        var record = self.configuration.newRecord(for: token, now: now)
        (record.expiresAt, record.absoluteExpiresAt) = (.distantFuture, .distantFuture)
        return SessionState.LiveSession(record: record, token: token, isNew: isNew)
    }

    /// There is nowhere that anything could be kept.
    private func refuse(_ change: (inout SessionRecord) throws -> Void, to record: SessionRecord) throws {
        var changed = record
        try change(&changed)
        guard changed == record else { throw SessionError.tokenOnly }
    }
}
