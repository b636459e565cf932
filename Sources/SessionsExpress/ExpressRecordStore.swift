//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// Where the records of an Express application are: JSON texts under keys, each with a time to live.
///
/// It knows nothing of sessions. `RedisExpressStore`, of the module SessionsExpressRedis, is where connect-redis keeps
/// its records; ``ExpressMemoryStore`` is for tests. One of your own can stand wherever a text can be compared and set.
///
/// Every call is atomic, and failures are thrown, best as `SessionStoreError`. Ending a key leaves a tombstone where no
/// Express application looks.
public protocol ExpressRecordStore: Sendable {
    /// Whether each call is to run under the engine's deadline. The default is true.
    var needsDeadline: Bool { get }

    /// Finds the text of a key. A text under a key with a tombstone is removed: a request that was slow while its
    /// session ended has written it back.
    func load(_ key: String, now: Instant) async throws -> ExpressLoadResult

    /// Adds a text.
    ///
    /// - Returns: False when there is one already.
    func create(_ key: String, _ text: [UInt8], _ life: ExpressExpiry, now: Instant) async throws -> Bool

    /// Replaces a text, if it is byte for byte the one that is expected.
    ///
    /// A text that is already the new one is a conflict as well: somebody else may have counted one up from the same
    /// number, and both count. So a store must not send a replacement again by itself.
    func replace(
        _ key: String,
        _ expected: [UInt8],
        with text: [UInt8],
        _ life: ExpressExpiry,
        now: Instant
    ) async throws -> ExpressReplaceResult

    /// Lengthens the life of a text; never shortens it.
    ///
    /// - Returns: False when there is none.
    func touch(_ key: String, _ life: ExpressExpiry, now: Instant) async throws -> Bool

    /// Removes a text and leaves a tombstone under its key. Removing what is missing leaves none.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - tombstoneUntil: Until when a load answers that the session has ended; later it answers that there is none.
    ///   - removedUntil: Until when a text that is written back is removed, which is not before `tombstoneUntil`. A
    ///     time that has passed leaves no tombstone.
    ///   - now: The present time.
    /// - Returns: Whether it was this call that removed it.
    func end(_ key: String, tombstoneUntil: Instant, removedUntil: Instant, now: Instant) async throws -> Bool

    /// A page of the keys that begin with a prefix. A key that is there during a whole walk through the pages is met at
    /// least once; tombstones are never met.
    ///
    /// - Parameters:
    ///   - prefix: The prefix.
    ///   - cursor: Where the last page ended, or nil for the first page.
    ///   - now: The present time.
    /// - Throws: `SessionStoreError` with the code `invalidCursor` for a cursor that this store did not make.
    func keys(prefix: String, from cursor: SessionCursor?, now: Instant) async throws -> ExpressPage<String>
}

extension ExpressRecordStore {
    public var needsDeadline: Bool { true }
}

/// What there is under a key.
public enum ExpressLoadResult: Sendable, Equatable {
    /// A text, and how long it lives on; nil for one that lives until it is removed.
    case found([UInt8], remaining: Duration?)
    /// Ended a short while ago.
    case ended
    /// Nothing.
    case missing
}

/// What became of a replacement.
public enum ExpressReplaceResult: Sendable, Equatable {
    /// The text is the new one.
    case replaced
    /// Another text is there, with what is left of its life.
    case conflict([UInt8], remaining: Duration?)
    /// Nothing is there; nothing was written.
    case missing
}

/// For how long a text is kept after a write.
public struct ExpressExpiry: Sendable, Hashable {
    /// For how long from now; nil for no end, and for ``kept``.
    public let duration: Duration?
    /// Whether the text lives as long as it would without the write.
    public let isKept: Bool

    /// As long as without the write.
    public static let kept = ExpressExpiry(duration: nil, isKept: true)

    /// Until it is removed.
    public static let unlimited = ExpressExpiry(duration: nil, isKept: false)

    /// For a duration from now.
    public static func lasting(_ duration: Duration) -> ExpressExpiry {
        ExpressExpiry(duration: duration, isKept: false)
    }
}
