//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// Makes records for tests of stores. Each has an id of its own, and they are the same in every run.
public struct SampleRecords: Sendable {
    /// The creation time of the records.
    public let now: SessionInstant
    private let random: DeterministicRandom

    /// Creates a source of records.
    public init(seed: UInt64 = 1, now: SessionInstant = ManualClock().now) {
        self.now = now
        self.random = DeterministicRandom(seed: seed)
    }

    /// A new id.
    public func id() -> SessionID {
        SessionID(high: self.random.next(), low: self.random.next())
    }

    /// A new record with an id of its own.
    ///
    /// - Parameters:
    ///   - id: The id. The default is a new one.
    ///   - idle: The idle limit.
    ///   - absolute: The absolute limit.
    ///   - subject: The user who is logged in.
    ///   - values: The values. The default is one number.
    public func record(
        id: SessionID? = nil,
        idle: Duration = .seconds(20 * 60),
        absolute: Duration = .seconds(8 * 3_600),
        subject: String? = nil,
        values: [String: SessionValue] = ["views": .integer(1)]
    ) -> SessionRecord {
        let absoluteExpiresAt = self.now + absolute
        return SessionRecord(
            id: id ?? self.id(),
            secretHash: self.secretHash(),
            secretIssuedAt: self.now,
            version: SessionVersion(counter: 1, tag: self.random.next()),
            createdAt: self.now,
            lastAccessedAt: self.now,
            expiresAt: min(self.now + idle, absoluteExpiresAt),
            absoluteExpiresAt: absoluteExpiresAt,
            authenticatedAt: subject == nil ? nil : self.now,
            subject: subject,
            values: SessionValues(values)
        )
    }

    /// The record after a write: the next version, with a new tag.
    public func next(_ record: SessionRecord, values: [String: SessionValue]? = nil) -> SessionRecord {
        var next = record
        next.version = SessionVersion(counter: record.version.counter + 1, tag: self.random.next())
        if let values { next.values = SessionValues(values) }
        return next
    }

    /// The hash of a secret that does not exist.
    public func secretHash() -> SecretHash {
        // 32 bytes always form a hash. The zero hash satisfies the compiler, which cannot know that.
        let bytes = (0..<32).map { _ in UInt8(truncatingIfNeeded: self.random.next()) }
        return SecretHash(bytes: bytes) ?? SecretHash.ofNothing
    }
}

extension SecretHash {
    fileprivate static let ofNothing = SampleRecords().secretHash()
}
