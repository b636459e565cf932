//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension TokenRegistry {
    /// Registers a token.
    ///
    /// - Parameters:
    ///   - subject: What the token represents. It is readable in the store.
    ///   - category: The category for lists and limits: 1 to 512 bytes, compared byte by byte. The default is `any`.
    ///   - lifetime: How long the token lives, however often it is used; at least a second. There is no default:
    ///     consider who may find it in an old e-mail.
    /// - Returns: The token. It is in no list and cannot be retrieved again: send its ``SessionToken/text`` to its
    ///   recipient.
    /// - Throws: ``SessionError``: `configuration` for an invalid category or lifetime, `notEncodable`,
    ///   `valuesTooLarge`, or `storeUnavailable`.
    public func register(
        _ subject: Subject,
        category: String = "any",
        for lifetime: Duration
    ) async throws -> SessionToken {
        let owner = try self.owner(of: category)
        guard lifetime >= .seconds(1) else {
            throw SessionError.configuration(["The lifetime of a token is \(lifetime): give at least 1 second."])
        }
        let values = try Self.values(of: subject)
        let configuration = self.store.configuration
        let earliest = try await self.earliestBeginning(of: owner)
        let token = try await self.store.create { token, now in
            SessionRecord(
                id: token.id,
                secretHash: token.secretHash,
                secretIssuedAt: now,
                version: .first(random: configuration.random),
                createdAt: max(now, earliest),
                lastAccessedAt: now,
                expiresAt: now + lifetime,
                absoluteExpiresAt: now + lifetime,
                subject: owner,
                values: values
            )
        }.token
        try await self.keepMaximum(of: owner)
        return token
    }

    /// Returns what a token represents; nil when it is not a valid token of this registry. The token stays valid.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`.
    public func retrieve(_ token: SessionToken) async throws -> Entry? {
        try await self.record(of: token).flatMap(self.entry)
    }

    /// Returns what a token represents, once: the token is redeemed. Of parallel attempts, on any number of servers,
    /// exactly one succeeds.
    ///
    /// - Returns: Nil when it is not a valid token of this registry, or when another call redeemed it.
    /// - Throws: ``SessionError`` with the code `storeUnavailable`; the token may then have been redeemed.
    public func redeem(_ token: SessionToken) async throws -> Entry? {
        guard let entry = try await self.retrieve(token), try await self.store.end(token.id) else { return nil }
        return entry
    }

    /// Returns a page of the valid tokens of a category: what they represent, never the tokens themselves.
    ///
    /// - Parameters:
    ///   - category: The category. The default is `any`.
    ///   - cursor: ``Page/next`` of the page before. The default is nil: the first page.
    ///   - limit: The maximum number of tokens of the page, 1 to 1,000. The default is 100.
    /// - Throws: ``SessionError``: `configuration` for an invalid category, `invalidCursor`, `storeUnavailable`, or
    ///   `notOffered` when the store has no lists.
    public func page(
        category: String = "any",
        from cursor: SessionCursor? = nil,
        limit: Int = 100
    ) async throws -> Page {
        let (owner, now) = (try self.owner(of: category), self.store.configuration.clock.now)
        let page = try await self.store.page(of: owner, from: cursor, limit: min(max(1, limit), 1_000), now: now)
        return Page(entries: page.records.compactMap(self.entry), next: page.next)
    }

    /// Returns all valid tokens of a category, the oldest first: what they represent, never the tokens themselves. All
    /// are in memory at once: for a category without a maximum use ``page(category:from:limit:)``.
    ///
    /// - Throws: ``SessionError``: `configuration` for an invalid category, `storeUnavailable`, or `notOffered` when
    ///   the store has no lists.
    public func retrieveAll(category: String = "any") async throws -> [Entry] {
        try await self.recordsByAge(of: self.owner(of: category), atMost: .max).compactMap(self.entry)
    }

    /// Changes what a token represents. Its expiry stays the same.
    ///
    /// - Returns: False when it is not a valid token of this registry.
    /// - Throws: ``SessionError``: `notEncodable`, `valuesTooLarge`, `contention`, or `storeUnavailable`.
    @discardableResult
    public func update(_ token: SessionToken, to subject: Subject) async throws -> Bool {
        let values = try Self.values(of: subject)
        let configuration = self.store.configuration
        try configuration.checkSize(of: values)
        for _ in 0..<CompareAndSetOperation.limit {
            guard let record = try await self.record(of: token) else { return false }
            var next = record
            next.values = values
            next.version = record.version.next(random: configuration.random)
            let (replacement, now) = (next, configuration.clock.now)
            let result = try await self.store.performForRecord(.write(record.id)) {
                try await $0.replace(replacement, ifVersion: record.version, now: now)
            }
            if result == .replaced { return true }
        }
        throw SessionError.contention(token.id, retryAfter: configuration.retryAfter)
    }

    /// Ends a token at once.
    ///
    /// - Returns: Whether this call ended it.
    /// - Throws: ``SessionError`` with the code `storeUnavailable`.
    @discardableResult
    public func dispose(_ token: SessionToken) async throws -> Bool {
        guard try await self.record(of: token) != nil else { return false }
        return try await self.store.end(token.id)
    }

    /// Ends a token by its id at once.
    ///
    /// - Returns: Whether this call ended it. Ids of sessions and of other registries' tokens are ignored.
    /// - Throws: ``SessionError`` with the code `storeUnavailable`.
    @discardableResult
    public func dispose(_ id: SessionID) async throws -> Bool {
        guard try await self.record(id) != nil else { return false }
        return try await self.store.end(id)
    }

    /// Ends all tokens of a category at once.
    ///
    /// - Throws: ``SessionError``: `configuration` for an invalid category, `storeUnavailable`, or `notOffered` when
    ///   the store has no lists.
    public func disposeAll(category: String = "any") async throws {
        try await self.store.endAll(of: self.owner(of: category))
    }

    /// Ends all tokens of this registry at once, one by one. Sessions and other registries in the store stay.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the store is not an
    ///   ``EnumerableSessionStore``; and `CancellationError`. Some may then have ended: call it again.
    public func clear() async throws {
        try await self.store.endAll(where: { self.category(of: $0) != nil })
    }
}
