//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// A store of the records of an Express application: JSON texts under keys, each with a time to live.
///
/// It does not interpret the records. `RedisExpressStore`, in the module SessionsExpressRedis, uses the keys of
/// connect-redis. ``ExpressMemoryStore`` is for tests. You can implement your own on any storage with compare-and-set.
///
/// Every call is atomic, and failures are thrown, preferably as `SessionStoreError`. Ending a key leaves a tombstone
/// under a key that no Express application reads.
public protocol ExpressRecordStore: Sendable {
    /// Whether the engine must enforce a deadline on each call. The default is true.
    var needsDeadline: Bool { get }

    /// Loads the text of a key. If the key has a tombstone, the text is removed: a slow request wrote it back after the
    /// session had ended.
    func load(_ key: String, now: SessionInstant) async throws -> ExpressLoadResult

    /// Adds a text.
    ///
    /// - Returns: False if there already is one.
    func create(_ key: String, _ text: [UInt8], _ life: ExpressExpiry, now: SessionInstant) async throws -> Bool

    /// Replaces a text if it is byte for byte the expected one.
    ///
    /// A present text that equals the new one is a conflict as well: another request may have incremented the same
    /// number, and both must count. So a store must not resend a replacement by itself.
    func replace(
        _ key: String,
        _ expected: [UInt8],
        with text: [UInt8],
        _ life: ExpressExpiry,
        now: SessionInstant
    ) async throws -> ExpressReplaceResult

    /// Extends the lifetime of a text. Never shortens it.
    ///
    /// - Returns: False if there is no text.
    func touch(_ key: String, _ life: ExpressExpiry, now: SessionInstant) async throws -> Bool

    /// Removes a text and leaves a tombstone under its key. If there is no text, leaves none.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - tombstoneUntil: Until when a load answers that the session has ended. After that, it answers that there is
    ///     none.
    ///   - removedUntil: Until when a text that is written back is removed. It is not before `tombstoneUntil`. A past
    ///     time leaves no tombstone.
    ///   - now: The present time.
    /// - Returns: Whether this call removed the text.
    func end(_ key: String, tombstoneUntil: SessionInstant, removedUntil: SessionInstant, now: SessionInstant)
        async throws -> Bool

    /// A page of the keys with a prefix. A key that exists during a whole scan of the pages is returned at least once.
    /// Tombstones are never returned.
    ///
    /// - Parameters:
    ///   - prefix: The prefix.
    ///   - cursor: The end of the previous page, or nil for the first page.
    ///   - now: The present time.
    /// - Throws: `SessionStoreError` with the code `invalidCursor` for a cursor that this store did not make.
    func keys(prefix: String, from cursor: SessionCursor?, now: SessionInstant) async throws -> ExpressPage<String>
}

extension ExpressRecordStore {
    public var needsDeadline: Bool { true }
}

/// The result of loading a key.
public enum ExpressLoadResult: Sendable, Equatable {
    /// A text and its remaining lifetime. Nil if it lives until it is removed.
    case found([UInt8], remaining: Duration?)
    /// The session ended a short while ago.
    case ended
    /// There is no text.
    case missing
}

/// The result of a replacement.
public enum ExpressReplaceResult: Sendable, Equatable {
    /// The text was replaced.
    case replaced
    /// Another text is present, with its remaining lifetime.
    case conflict([UInt8], remaining: Duration?)
    /// There is no text. Nothing was written.
    case missing
}

/// The lifetime of a text after a write.
public struct ExpressExpiry: Sendable, Hashable {
    /// The duration from now. Nil for no end, and for ``unchanged``.
    public let duration: Duration?
    /// Whether the write does not change the lifetime.
    public let isUnchanged: Bool

    /// The lifetime that the text already has.
    public static let unchanged = ExpressExpiry(duration: nil, isUnchanged: true)

    /// Until it is removed.
    public static let never = ExpressExpiry(duration: nil, isUnchanged: false)

    /// For a duration from now.
    public static func after(_ duration: Duration) -> ExpressExpiry {
        ExpressExpiry(duration: duration, isUnchanged: false)
    }
}
