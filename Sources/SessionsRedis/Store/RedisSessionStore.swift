//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions

/// Sessions in Redis or Valkey: a store that any number of servers share.
///
/// ```swift
/// let client = try RedisClient(RedisConfiguration(url: "redis://localhost"), logger: logger)
/// let store = try RedisSessionStore(client)
/// let engine = try SessionEngine(.stored(in: store))
/// ```
///
/// A session is one key: `prefix` and its id. A load is one `GET`, and each write is one script, which the server runs
/// atomically. All times come from the application. The server's own expiry only removes keys one minute after their
/// end, so that nothing needs to be swept, and clock skew of less than a minute ends no session early.
///
/// The sessions of a user are found through an index under a separate key, which is read in pages. The index is written
/// before the record, so that ending all sessions of a user misses none. An index entry counts only if the record
/// agrees. Ending a session removes its entry.
public struct RedisSessionStore: Sendable {
    let executor: any RedisCommandExecutor
    let configuration: RedisStoreConfiguration
    let keys: RedisSessionKeys
    /// Nil without a near cache.
    let near: RedisNearRecords?
    let endings = RedisEndings()

    /// Creates a store.
    ///
    /// - Parameters:
    ///   - executor: The client: a ``RedisClient``, a ``RedisClusterClient``, a ``RedisSentinelClient``, or an adapter
    ///     for the client that the application already has.
    ///   - configuration: The options of the store. The default is the default configuration.
    ///   - nearCache: Whether records are kept in memory. It needs a ``RedisClient`` or a ``RedisSentinelClient``. The
    ///     default is ``RedisNearCache/off``.
    /// - Throws: `SessionStoreError` with the code `unusable` when the configuration is invalid.
    public init(
        _ executor: any RedisCommandExecutor,
        configuration: RedisStoreConfiguration = RedisStoreConfiguration(),
        nearCache: RedisNearCache = .off
    ) throws {
        try configuration.check(executor)
        let keys = RedisSessionKeys(prefix: configuration.prefix)
        self.executor = executor
        self.configuration = configuration
        self.keys = keys
        self.near =
            if let tracking = try nearCache.check(executor, configuration), let lease = nearCache.lease {
                RedisNearRecords(nearCache, lease: lease, keys: keys, tracking)
            } else {
                nil
            }
    }

    /// Runs commands and converts their errors to store errors.
    ///
    /// - Parameter id: The session that the commands concern, if any. Its key may have a value of another type.
    func translatingErrors<Value>(for id: SessionID? = nil, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as RedisError {
            switch error.code {
            case .wrongType where id != nil:
                throw SessionStoreError(
                    .corruptRecord,
                    "The key of the session \(id?.description ?? "") has a value of another type.",
                    underlying: error
                )
            case .replyTooLarge where id != nil:
                throw SessionStoreError(
                    .corruptRecord,
                    "The value at the key of the session \(id?.description ?? "") is too large for a session.",
                    underlying: error
                )
            case .deadlineExceeded:
                throw SessionStoreError(.deadlineExceeded, "The server did not answer in time.", underlying: error)
            default:
                throw SessionStoreError(.unavailable, "The Redis command failed.", underlying: error)
            }
        }
    }

    /// The script arguments for a record: its entry, and how long the server keeps it.
    private func entry(_ record: SessionRecord, of subject: RedisSubject?, now: SessionInstant) -> [RedisArgument] {
        let longest = self.configuration.timeToLive.longest.map { RedisExpiry.wholeSeconds($0(record)) } ?? 0
        let end = min(record.expiresAt, record.absoluteExpiresAt)
        return [
            RedisArgument(RedisSessionEntry.encode(record, subject: subject, timeToLive: longest)),
            RedisArgument(RedisExpiry.milliseconds(until: end, now: now, atMostSeconds: longest)),
        ]
    }

    func run(
        _ script: RedisScript,
        _ id: SessionID,
        _ arguments: [RedisArgument],
        now: SessionInstant
    ) async throws -> RedisReply {
        let arguments = [RedisArgument(id.bytes), RedisArgument(now.bytes)] + arguments
        return try await script.run(on: self.keys.session(id), arguments, self.executor)
    }
}

extension RedisSessionStore: SessionStore {
    public var needsDeadline: Bool { !self.executor.enforcesDeadline }

    /// The failure domain of the cluster server that has the session.
    public func failureDomain(of id: SessionID) -> Int { self.executor.failureDomain(of: self.keys.session(id)) }

    /// Loads the record of an id from the server, also with a near cache.
    public func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        guard let near else { return Self.result(of: try await self.entry(of: id), now: now) }
        return Self.result(of: try await near.load(id) { try await self.sizedEntry(of: id) }, now: now)
    }

    static func result(of entry: RedisSessionEntry?, now: SessionInstant) -> SessionLoadResult {
        switch entry {
        case nil: .missing
        case .record(let record): record.isExpired(at: now) ? .missing : .found(record)
        case .tombstone(let until, _): now < until ? .ended : .missing
        }
    }

    public func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        guard case .tombstone(let until, let secrets) = try await self.entry(of: id), now < until else {
            return nil
        }
        return secrets
    }

    /// The value of a session's key.
    func entry(of id: SessionID) async throws -> RedisSessionEntry? {
        let reply = try await self.value(of: id)
        return reply.isNull ? nil : try reply.entry(of: id)
    }

    /// The value of a session's key, and its size.
    private func sizedEntry(of id: SessionID) async throws -> (entry: RedisSessionEntry, byteCount: Int)? {
        let reply = try await self.value(of: id)
        return reply.isNull ? nil : (try reply.entry(of: id), reply.bytes?.count ?? 0)
    }

    private func value(of id: SessionID) async throws -> RedisReply {
        let key = self.keys.session(id)
        return try await self.translatingErrors(for: id) {
            try await self.executor.execute(RedisCommand("GET", key, key: key))
        }
    }

    public func create(_ record: SessionRecord, now: SessionInstant) async throws {
        let subject = record.subject.map { RedisSubject($0) }
        let sample = if let subject { try await self.index(record, of: subject, now: now) } else { [RedisIndexEntry]() }
        let entry = self.entry(record, of: subject, now: now)
        let reply = try await self.storing(record, entry) {
            try await self.translatingErrors { try await self.run(.create, record.id, entry, now: now) }
        }
        guard try reply.answer(of: record.id) == 1 else { throw SessionStoreError.duplicate(record.id) }
        if let subject { await self.removeOutlived(sample, of: subject, now: now) }
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        let subject = record.subject.map { RedisSubject($0) }
        let arguments = self.entry(record, of: subject, now: now) + [RedisArgument(version.bytes)]
        func attempt(isIndexed: Bool) async throws -> RedisReply {
            try await self.storing(record, arguments) {
                try await self.translatingErrors(for: record.id) {
                    try await self.run(.replace, record.id, arguments + [isIndexed ? 1 : 0], now: now)
                }
            }
        }
        var reply = try await attempt(isIndexed: subject == nil)
        if reply == .integer(2), let subject {
            let sample = try await self.index(record, of: subject, now: now)
            reply = try await attempt(isIndexed: true)
            await self.removeOutlived(sample, of: subject, now: now)
        }
        if reply.bytes != nil, case .record(let present) = try reply.entry(of: record.id) { return .conflict(present) }
        switch try reply.answer(of: record.id) {
        case 1: return .replaced
        case 3:
            // What the record opened before it must not open anywhere from now on.
            try await self.waitForLeases()
            return .replaced
        default: return .missing
        }
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        if self.configuration.ignoresTouches {
            guard case .found = try await self.load(id, now: now) else { return false }
            return true
        }
        let arguments = [
            RedisArgument(touch.lastAccessedAt.bytes),
            RedisArgument(touch.expiresAt.bytes),
            RedisArgument(RedisExpiry.milliseconds(until: touch.expiresAt, now: now)),
        ]
        let reply = try await self.writing(id) {
            try await self.translatingErrors(for: id) { try await self.run(.touch, id, arguments, now: now) }
        }
        return try reply.answer(of: id) == 1
    }

    @discardableResult
    public func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        let ended = try await self.end(id, of: nil, tombstoneUntil: tombstoneUntil, now: now)
        if let ended { await self.unindex([ended], tombstoneUntil: tombstoneUntil, now: now) }
        // Another call may have ended it a moment ago.
        try await self.waitForLeases()
        return ended != nil
    }
}

extension RedisReply {
    /// The entry of a session.
    func entry(of id: SessionID) throws(SessionStoreError) -> RedisSessionEntry {
        guard let bytes = self.bytes else { throw .unexpected(self) }
        return try RedisSessionEntry(bytes, id: id)
    }

    /// The number that a script replied with. If the present entry is unreadable, the script replies with the entry
    /// instead.
    func answer(of id: SessionID) throws(SessionStoreError) -> Int64 {
        if let integer = self.integer { return integer }
        guard let bytes = self.bytes else { throw .unexpected(self) }
        _ = try RedisSessionEntry(bytes, id: id)
        throw .corruptRecord(id, byteCount: bytes.count)
    }
}

extension SessionStoreError {
    /// An unexpected reply to a command.
    package static func unexpected(_ reply: RedisReply) -> SessionStoreError {
        SessionStoreError(.unavailable, "The reply does not fit the command: \(reply).")
    }
}

extension RedisSessionStore: CustomStringConvertible, CustomReflectable {
    /// The prefix of the keys. It shows nothing of the client.
    public var description: String { "RedisSessionStore(\(self.configuration.prefix))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
