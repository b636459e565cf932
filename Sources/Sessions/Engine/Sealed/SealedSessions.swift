//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Logging

/// Sessions in their cookies: the visitor has all of it under a seal, and the server has the keys.
///
/// There is nothing to compare and set with: of two responses at once the last one wins.
struct SealedSessions: SessionKeeper {
    let sealer: Sealer
    let csrfKeys: PreparedKeys<SymmetricKey>
    let revocations: RevocationList
    let maximumCookies: Int
    let configuration: SessionConfiguration

    var isInText: Bool { true }
    var isSealed: Bool { true }
    var hasTokens: Bool { false }
    var sharesValues: Bool { false }
    var listsSessions: Bool { false }
    var endsOthers: Bool { self.revocations.knowsEndings }

    func form(for request: SessionRequest) -> SessionTokenReading.Form {
        .long(limit: self.limit(request))
    }

    func arrival(of reading: SessionTokenReading, _ request: SessionRequest, logger: Logger) async throws -> Arrival {
        guard !reading.texts.isEmpty else { return reading.arrivalOfNobody }
        var valid: [SessionState.LiveSession] = []
        var isOutdated = false
        var ended: SessionID?
        var refusal = SessionArrival.unknown
        for text in reading.texts {
            guard let opened = self.open(text, self.name(request)) else { continue }
            let (record, now) = (opened.record, self.configuration.clock.now)
            if self.configuration.isOver(record, now: now) {
                self.configuration.report(.refused, .expired, record.id, subject: record.subject, to: logger)
                refusal = .expired
            } else if let mark = try await self.revocations.markEnding(record) {
                // Long after the end of all of them nobody is on the way any more, and visitors may begin anew.
                let isRecent = now < Instant(millisecondsSince1970: mark) + self.configuration.endedMarkerLifetime
                if isRecent { ended = record.id } else { refusal = .ended }
                self.configuration.report(.refused, .ended, record.id, subject: record.subject, to: logger)
            } else {
                isOutdated = isOutdated || opened.isOldKey
                // Two states of one session are one visitor, who is best known by the later one.
                let earlier = valid.firstIndex { $0.record.id == record.id }
                if let earlier, valid[earlier].record.version.counter >= record.version.counter { continue }
                let live = SessionState.LiveSession(record: record, token: .ofNobody(record.id), isNew: false)
                if let earlier { valid[earlier] = live } else { valid.append(live) }
            }
        }
        if let arrival = Arrival.ofSeveral(valid, self.configuration, logger: logger) { return arrival }
        if let live = valid.first { return Arrival(standing: .live(live), reason: .found, isOutdated: isOutdated) }
        if let ended { return Arrival(standing: .detached(.ended(ended)), reason: .ended) }
        if refusal == .unknown { self.configuration.report(.refused, .unknown, to: logger) }
        return Arrival(standing: .visitor, reason: refusal)
    }

    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LiveSession {
        let token = SessionToken.ofNobody(SessionID(random: self.configuration.random))
        var record = self.configuration.newRecord(for: token, now: self.configuration.clock.now)
        record.everyoneMark = try await self.revocations.knownEveryoneMark
        try fill(&record)
        try self.checkSize(of: record, request)
        return SessionState.LiveSession(record: record, token: token, isNew: true)
    }

    func rewrite(
        _ live: SessionState.LiveSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionRewriteResult {
        // What ended meanwhile must not cover the cookie of a fresh login.
        guard try await !self.isGone(live.record) else { return .gone }
        var record = try self.next(after: live.record, request, change)
        // An id has one absolute limit for ever: its revocation, which lasts until then, is about every copy there is.
        if record.absoluteExpiresAt != live.record.absoluteExpiresAt {
            guard try await self.end(live) else { return .gone }
            record.id = SessionID(random: self.configuration.random)
        }
        return .written(record)
    }

    /// The session that is to follow another.
    func next(
        after base: SessionRecord,
        _ request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionRecord {
        var next = base
        try change(&next)
        // Nothing compares versions under a seal, and only the counter travels.
        next.version = SessionVersion(counter: base.version.counter &+ 1, tag: 0)
        try self.checkSize(of: next, request)
        return next
    }

    func touch(_ live: SessionState.LiveSession, _ touch: SessionTouch) async throws -> Bool {
        try await !self.isGone(live.record)
    }

    func reload(_ live: SessionState.LiveSession) async throws -> SessionRecord? {
        // The cookie is all there is, and it is what the request came with.
        try await self.isGone(live.record) ? nil : live.record
    }

    func renew(
        _ live: SessionState.LiveSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LiveSession? {
        var renewed = live
        renewed.record.id = SessionID(random: self.configuration.random)
        renewed.token = .ofNobody(renewed.record.id)
        try change(&renewed.record)
        try self.checkSize(of: renewed.record, request)
        guard try await !self.isGone(live.record), try await self.end(live) else { return nil }
        return renewed
    }

    func text(of live: SessionState.LiveSession, for request: SessionRequest) throws -> String? {
        // What has ended a moment ago must not take the place of what was begun since.
        guard !self.revocations.isKnownToCover(live.record) else { return nil }
        let bytes = SealedRecordCodec.encode(live.record)
        return Base64URL.encode(try self.sealer.seal(bytes, for: self.name(request)))
    }

    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.Ring { try self.csrfKeys.ring }

    func open(_ text: [UInt8], _ name: String) -> (record: SessionRecord, isOldKey: Bool)? {
        guard
            let sealed = Base64URL.decode(text),
            let opened = self.sealer.open(sealed, for: name),
            // Only this library seals for this purpose.
            let record = SealedRecordCodec.decode(opened.bytes, checking: false)
        else { return nil }
        return (record, opened.isOldKey)
    }

    /// Whether a session is over, by its limits or before its time.
    func isGone(_ record: SessionRecord) async throws -> Bool {
        if self.configuration.isOver(record, now: self.configuration.clock.now) { return true }
        return try await self.revocations.covers(record)
    }

    func name(_ request: SessionRequest) -> String {
        self.configuration.cookieName(for: request)
    }

    private func limit(_ request: SessionRequest) -> Int {
        CookieChunks.capacity(name: self.name(request), maximumCount: self.maximumCookies)
    }

    /// Found out when it is kept, and not when the cookie is written, which is too late for the handler.
    private func checkSize(of record: SessionRecord, _ request: SessionRequest) throws {
        try self.configuration.checkSize(of: record.values)
        let limit = self.limit(request)
        // Most are so much smaller that they need not be encoded to be measured.
        guard SealedRecordCodec.mayExceed(limit / 4 * 3 - Sealer.overhead, record) else { return }
        let byteCount = SealedRecordCodec.encode(record).count + Sealer.overhead
        let length = (byteCount * 4 + 2) / 3
        guard length <= limit else {
            throw SessionError.cookiesTooLong(
                length,
                limit: limit,
                cookieCount: self.maximumCookies,
                largest: record.values.largest
            )
        }
    }
}
