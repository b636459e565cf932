//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// Sessions in their cookies: the visitor has all of it under a seal, and the server has the keys.
///
/// There is nothing to compare and set with: of two responses at once the last one wins.
struct SealedSessions: BackendDriver {
    let sealer: Sealer
    let csrfKeys: CSRFKeys
    let revocations: RevocationList
    let capacity: SealedCookieCapacity
    let configuration: SessionConfiguration
    /// How many characters the configured cookie holds.
    private let usualLimit: Int

    init(
        sealer: Sealer,
        csrfKeys: CSRFKeys,
        revocations: RevocationList,
        capacity: SealedCookieCapacity,
        configuration: SessionConfiguration
    ) {
        self.sealer = sealer
        self.csrfKeys = csrfKeys
        self.revocations = revocations
        self.capacity = capacity
        self.configuration = configuration
        self.usualLimit = capacity.characters(in: CookieTemplate(configuration.cookie))
    }

    var isInText: Bool { true }
    var isSealed: Bool { true }
    var hasTokens: Bool { false }
    var sharesValues: Bool { false }
    var listsSessions: Bool { false }
    var endsOthers: Bool { self.revocations.knowsEndings }

    func form(for request: SessionRequest) -> ExtractedCredentials.Form {
        // Also what was written before the limit was lowered is read.
        .long(limit: CookieChunks.capacity(name: self.name(request), maximumCount: CookieChunks.ceiling))
    }

    func resolution(of reading: ExtractedCredentials, _ request: SessionRequest, origin: EventOrigin) async throws
        -> SessionResolution
    {
        guard !reading.texts.isEmpty else { return reading.anonymousResolution }
        var valid: [SessionState.LoadedSession] = []
        var isOutdated = false
        var ended: SessionID?
        var untold: SessionRecord?
        var refusal = ResolutionReason.unknown
        for text in reading.texts {
            guard let opened = self.open(text, self.name(request)) else { continue }
            var (record, now) = (opened.record, self.configuration.clock.now)
            if self.configuration.isOver(record, now: now) {
                self.configuration.report(.refused, .expired, record.id, subject: record.subject, from: origin)
                refusal = .expired
            } else if let epoch = try await self.revocations.epochEnding(record) {
                // Long after the end of all of them nobody is on the way any more, and visitors may begin anew.
                let isRecent = now < Instant(millisecondsSince1970: epoch) + self.configuration.tombstoneLifetime
                if isRecent { ended = record.id } else { refusal = .ended }
                if self.revocations.takeUntold(record.id) { untold = record }
                self.configuration.report(.refused, .ended, record.id, subject: record.subject, from: origin)
            } else {
                record = self.revocations.resumed(record)
                isOutdated = isOutdated || opened.isOutdated || record.loginMark != opened.record.loginMark
                // Two states of one session are one visitor, who is best known by the later one.
                let earlier = valid.firstIndex { $0.record.id == record.id }
                if let earlier, valid[earlier].record.version.counter >= record.version.counter { continue }
                let live = SessionState.LoadedSession(record: record, token: .ofNobody(record.id), isNew: false)
                if let earlier { valid[earlier] = live } else { valid.append(live) }
            }
        }
        if self.revocations.takeLoss() { self.configuration.report(.suspicious, .lostRevocations, from: origin) }
        if let resolution = SessionResolution.rejectingMultiple(valid, self.configuration, origin: origin) {
            return resolution
        }
        if let live = valid.first {
            return SessionResolution(standing: .live(live), reason: .found, isOutdated: isOutdated)
        }
        if let untold { return SessionResolution(ended: untold) }
        if let ended { return SessionResolution(standing: .detached(.ended(ended)), reason: .ended) }
        if refusal == .unknown { self.configuration.report(.refused, .unknown, from: origin) }
        return SessionResolution(standing: .visitor, reason: refusal)
    }

    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession {
        let token = SessionToken.ofNobody(SessionID(random: self.configuration.random))
        var record = self.configuration.newRecord(for: token, now: self.configuration.clock.now)
        record.everyoneMark = try await self.revocations.knownEveryoneMark
        try fill(&record)
        try self.checkSize(of: record, request)
        return SessionState.LoadedSession(record: record, token: token, isNew: true)
    }

    func rewrite(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionRewriteResult {
        // What ended meanwhile must not cover the cookie of a fresh login.
        guard try await !self.isGone(live.record) else { return .gone }
        var record = try self.next(after: live.record, request, change)
        // An id has one pair of limits for ever: its revocation, which lasts as long, is about every copy there is.
        if !record.hasLimits(of: live.record) {
            guard try await self.endToReplace(live) else { return .gone }
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
        try self.checkSize(of: next, after: base, request)
        return next
    }

    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool {
        try await !self.isGone(live.record)
    }

    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        // The cookie is all there is, and it is what the request came with.
        try await self.isGone(live.record) ? nil : live.record
    }

    func renew(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession? {
        let renewed = try self.successor(of: live, for: request, change)
        guard try await !self.isGone(live.record), try await self.endToReplace(live) else { return nil }
        return renewed
    }

    /// A session that takes the place of another, with an id of its own.
    func successor(
        of live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionState.LoadedSession {
        var successor = live
        successor.record.id = SessionID(random: self.configuration.random)
        successor.token = .ofNobody(successor.record.id)
        try change(&successor.record)
        try self.checkSize(of: successor.record, after: live.record, request)
        return successor
    }

    func text(of live: SessionState.LoadedSession, for request: SessionRequest) throws -> String? {
        // What has ended a moment ago must not take the place of what was begun since.
        guard !self.revocations.isKnownToCover(live.record) else { return nil }
        let bytes = SealedRecordCodec.encode(live.record)
        return Base64URL.encode(try self.sealer.seal(bytes, for: self.name(request)))
    }

    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.Ring { try self.csrfKeys.ring }

    func open(_ text: [UInt8], _ name: String) -> (record: SessionRecord, isOutdated: Bool)? {
        guard
            let sealed = Base64URL.decode(text),
            let opened = self.sealer.open(sealed, for: name),
            // Only this library seals for this purpose.
            let record = SealedRecordCodec.decode(opened.bytes, checking: false)
        else { return nil }
        return (record, opened.isOutdated)
    }

    /// Whether a session is over, by its limits or before its time.
    func isGone(_ record: SessionRecord) async throws -> Bool {
        if self.configuration.isOver(record, now: self.configuration.clock.now) { return true }
        return try await self.revocations.covers(record)
    }

    func name(_ request: SessionRequest) -> String {
        self.configuration.cookieName(for: request)
    }

    private func limit(_ record: SessionRecord, _ request: SessionRequest) -> Int {
        let isUsual = self.configuration.cookieForRequest == nil && record.cookieOverrides == nil
        if isUsual { return self.usualLimit }
        let cookie = self.configuration.cookie(for: request, with: record.cookieOverrides)
        return self.capacity.characters(in: CookieTemplate(cookie))
    }

    /// Found out when it is kept, and not when the cookie is written, which is too late for the handler.
    ///
    /// - Parameter base: The state of the session before. One that is too large already, from before a limit was
    ///   lowered, may stay so.
    private func checkSize(
        of record: SessionRecord,
        after base: SessionRecord? = nil,
        _ request: SessionRequest
    ) throws {
        try self.configuration.checkSize(of: record.values)
        let limit = self.limit(record, request)
        // Most are so much smaller that they need not be encoded to be measured.
        guard SealedRecordCodec.mayExceed(limit / 4 * 3 - Sealer.overhead, record) else { return }
        let length = Self.characterCount(of: record)
        if length <= limit { return }
        if let base, length <= Self.characterCount(of: base) { return }
        throw SessionError.cookiesTooLong(
            length,
            limit: limit,
            cookieCount: self.capacity.maximumCookies,
            largest: record.values.largest
        )
    }

    /// What the session takes at most with these values. Its times and its counter grow with its use, and a page that
    /// only reads must not fail for them.
    private static func characterCount(of record: SessionRecord) -> Int {
        var oldest = record
        oldest.version = SessionVersion(counter: max(record.version.counter, 1 << 28), tag: 0)
        oldest.lastAccessedAt = max(record.lastAccessedAt, record.absoluteExpiresAt)
        oldest.expiresAt = oldest.lastAccessedAt + (record.absoluteExpiresAt - record.createdAt)
        let byteCount = SealedRecordCodec.encode(oldest).count + Sealer.overhead
        return (byteCount * 4 + 2) / 3
    }
}

extension SessionRecord {
    /// Whether it lives by the same pair of limits as another state of the session.
    func hasLimits(of other: SessionRecord) -> Bool {
        self.absoluteExpiresAt == other.absoluteExpiresAt && self.isRemembered == other.isRemembered
    }
}
