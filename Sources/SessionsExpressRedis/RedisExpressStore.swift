//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions
public import SessionsExpress
public import SessionsRedis

/// The records of an Express application under the keys of connect-redis: JSON texts in Redis or Valkey.
///
/// ```swift
/// let client = try RedisClient(RedisConfiguration(url: "redis://localhost"), logger: logger)
/// let engine = try SessionEngine(.express(in: RedisExpressStore(client), express), configuration: configuration)
/// ```
///
/// A load is one script, and so is each write: a text is replaced only if it is byte for byte the one that was read.
/// The tombstone of an ended key is in the same slot of a cluster, under a separate name that connect-redis never
/// reads. Requires Redis 6 or later, or Valkey.
///
/// In a cluster, the sessions of a slot that is moving to another server are unavailable until the move is complete:
/// the server replies `TRYAGAIN`, because a session and its tombstone are two keys.
public struct RedisExpressStore: ExpressRecordStore {
    private let executor: any RedisCommandExecutor
    private let scanCount: Int

    /// Creates a store.
    ///
    /// - Parameters:
    ///   - executor: The client: a `RedisClient`, a `RedisClusterClient`, a `RedisSentinelClient`, or an adapter for
    ///     the client that the application already has.
    ///   - scanCount: How many keys one step of a scan reads: `scanCount` of connect-redis. The default is 100. Less
    ///     than 1 counts as 1.
    public init(_ executor: any RedisCommandExecutor, scanCount: Int = 100) {
        self.executor = executor
        self.scanCount = max(1, scanCount)
    }

    public var needsDeadline: Bool { !self.executor.enforcesDeadline }

    public func load(_ key: String, now: SessionInstant) async throws -> ExpressLoadResult {
        let reply = try await self.run(.loadText, key)
        if reply.isNull { return .missing }
        guard reply.integer == nil else { return .ended }
        let (text, remaining) = try reply.textAndLife
        return .found(text, remaining: remaining)
    }

    public func create(_ key: String, _ text: [UInt8], _ life: ExpressExpiry, now: SessionInstant) async throws -> Bool
    {
        let name = RedisArgument(key)
        var arguments = [name, RedisArgument(text), "NX"]
        if life.duration != nil { arguments += ["PX", life.argument] }
        let command = RedisCommand("SET", arguments, key: name)
        return try await self.translatingErrors { try await self.executor.execute(command) }.text == "OK"
    }

    public func replace(
        _ key: String,
        _ expected: [UInt8],
        with text: [UInt8],
        _ life: ExpressExpiry,
        now: SessionInstant
    ) async throws -> ExpressReplaceResult {
        let reply = try await self.run(
            .replaceText, key, [RedisArgument(expected), RedisArgument(text), life.argument])
        switch reply.integer {
        case 1: return .replaced
        case 0: return .missing
        default:
            let (text, remaining) = try reply.textAndLife
            return .conflict(text, remaining: remaining)
        }
    }

    public func touch(_ key: String, _ life: ExpressExpiry, now: SessionInstant) async throws -> Bool {
        try await self.run(.touchText, key, [life.argument]).integer == 1
    }

    public func end(
        _ key: String,
        tombstoneUntil: SessionInstant,
        removedUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> Bool {
        let lives = [tombstoneUntil, removedUntil].map { RedisArgument(min((($0 - now).wholeMilliseconds), .max / 2)) }
        return try await self.run(.endText, key, lives).integer == 1
    }

    /// A page of the keys with a prefix: one step of SCAN on one server.
    ///
    /// A key that exists during the whole scan, and does not move, is returned at least once. After a restart or a
    /// failover of the server, start the scan again without a cursor, because the order of the keys has changed.
    public func keys(prefix: String, from cursor: SessionCursor?, now: SessionInstant) async throws -> ExpressPage<
        String
    > {
        let place = try Place(cursor)
        return try await self.translatingErrors {
            let servers = try await self.executor.primaries()
            guard place.server < servers.count else { throw SessionStoreError.invalidCursor }
            let step = try await servers[place.server].execute(
                RedisCommand(
                    "SCAN",
                    [
                        RedisArgument(place.cursor), "MATCH", Self.pattern(of: prefix), "COUNT",
                        RedisArgument(Int64(self.scanCount)),
                    ])
            )
            guard let parts = step.elements, parts.count == 2, let next = parts[0].text, let keys = parts[1].strings
            else { throw SessionStoreError.unexpected(step) }
            // A key of this library and of Express is UTF-8. Any other key belongs to someone else.
            let names = keys.compactMap { String(validating: $0, as: UTF8.self) }
                .filter { !$0.utf8.starts(with: Self.tombstonePrefix.utf8) }
            return ExpressPage(names, next: place.next(next, serverCount: servers.count))
        }
    }

    /// The position of a scan: the index of a server among the primaries, and its SCAN cursor.
    private struct Place {
        var server = 0
        var cursor = "0"

        init(server: Int, cursor: String) {
            self.server = server
            self.cursor = cursor
        }

        init(_ cursor: SessionCursor?) throws(SessionStoreError) {
            guard let cursor else { return }
            let parts = String(decoding: cursor.bytes, as: UTF8.self).split(separator: ":")
            guard parts.count == 2, let server = Int(parts[0]), server >= 0, UInt64(parts[1]) != nil else {
                throw .invalidCursor
            }
            (self.server, self.cursor) = (server, String(parts[1]))
        }

        func next(_ cursor: String, serverCount: Int) -> SessionCursor? {
            let next =
                cursor == "0" ? Place(server: self.server + 1, cursor: "0") : Place(server: self.server, cursor: cursor)
            guard next.server < serverCount else { return nil }
            return SessionCursor(bytes: Array("\(next.server):\(next.cursor)".utf8))
        }
    }

    private static func pattern(of prefix: String) -> RedisArgument {
        var pattern: [UInt8] = []
        for byte in prefix.utf8 {
            if "*?[]^-\\".utf8.contains(byte) { pattern.append(UInt8(ascii: "\\")) }
            pattern.append(byte)
        }
        pattern.append(UInt8(ascii: "*"))
        return RedisArgument(pattern)
    }

    private func run(_ script: RedisScript, _ key: String, _ arguments: [RedisArgument] = []) async throws -> RedisReply
    {
        let tombstone = RedisArgument(Self.tombstone(of: key))
        return try await self.translatingErrors {
            try await script.run(on: RedisArgument(key), and: tombstone, arguments, self.executor)
        }
    }

    /// The key of a tombstone. A cluster hashes the text in braces, or the whole key if it has none.
    static func tombstone(of key: String) -> String {
        key.utf8.contains(UInt8(ascii: "{")) ? "\(self.tombstonePrefix)\(key)" : "\(self.tombstonePrefix){\(key)}"
    }

    private static let tombstonePrefix = "swift-sessions:ended:"

    /// Runs commands and converts their errors to store errors.
    private func translatingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as RedisError where error.code == .deadlineExceeded {
            throw SessionStoreError(.deadlineExceeded, "The server did not answer in time.", underlying: error)
        } catch let error as RedisError {
            throw SessionStoreError(.unavailable, "The Redis command failed.", underlying: error)
        }
    }
}

extension ExpressExpiry {
    /// The lifetime as a script argument.
    fileprivate var argument: RedisArgument {
        if self.isUnchanged { return "kept" }
        // The server adds the current time, and the sum must not overflow.
        return self.duration.map { RedisArgument(min(max(1, $0.wholeMilliseconds), .max / 2)) } ?? "unlimited"
    }
}

extension RedisReply {
    /// A text and its remaining lifetime, which is negative in the reply if the text lives until it is removed.
    fileprivate var textAndLife: (text: [UInt8], remaining: Duration?) {
        get throws(SessionStoreError) {
            guard let parts = self.elements, parts.count == 2, let text = parts[0].bytes, let life = parts[1].integer
            else {
                throw .unexpected(self)
            }
            return (text, life < 0 ? nil : .milliseconds(life))
        }
    }
}

extension RedisExpressStore: CustomStringConvertible, CustomReflectable {
    /// The description shows nothing of the client.
    public var description: String { "RedisExpressStore" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
