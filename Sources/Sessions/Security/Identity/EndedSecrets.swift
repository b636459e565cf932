//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a store keeps of the secrets of an ended session: enough to recognize its visitor, too little to open anything.
///
/// It has two fragments of 8 bytes each: the beginnings of the hashes of the current and the previous secret. A visitor
/// with the token of an ended session learns that it has ended. An attacker who knows only its id gets the response for
/// an unknown id.
public struct EndedSecrets: Sendable, Equatable {
    /// The beginnings of the hashes, in memory order. Zero for the previous secret means none.
    private let current: UInt64
    private let previous: UInt64

    private init(current: UInt64, previous: UInt64) {
        self.current = current
        self.previous = previous
    }

    /// The secrets of a record that is about to end.
    public init(of record: SessionRecord) {
        self.init(current: record.secretHash.words.first, previous: record.previousSecret?.hash.words.first ?? 0)
    }

    /// Parses the 16 bytes of ``bytes``, or returns nil when there are not 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        let words = Array(bytes).withUnsafeBytes { buffer in
            (0..<2).map { buffer.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        }
        self.init(current: words[0], previous: words[1])
    }

    /// Parses the secrets from a binary record, or from its first ``recordPrefixByteCount`` bytes.
    ///
    /// - Returns: Nil for bytes that are not a record of this version.
    package init?(recordPrefix bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard bytes.first == SessionRecordCodec.formatVersion,
            reader.readRange(count: SessionRecordHeader.Offset.end) != nil, let current = reader.readSecretHash(),
            reader.readInstant() != nil, let extraByteCount = reader.readVarint()
        else { return nil }
        var previous: SecretHash?
        // Tags ascend, and that of the previous secret is the first.
        if extraByteCount > 0, reader.readVarint() == SessionRecordCodec.Tag.previousSecret,
            reader.readVarint() != nil
        {
            previous = reader.readSecretHash()
        }
        self.init(current: current.words.first, previous: previous?.words.first ?? 0)
    }

    /// How many bytes of a record contain its secrets: the fixed fields, the length of the extra fields, and the first
    /// extra field.
    package static let recordPrefixByteCount = 128

    /// The 16 bytes that a store keeps: the two fragments.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: self.current) { Array($0) } + withUnsafeBytes(of: self.previous) { Array($0) }
    }

    /// Whether this is the hash of one of the session's secrets.
    ///
    /// The comparison is in constant time.
    public func contains(_ hash: SecretHash) -> Bool {
        let isCurrent = hash.words.first ^ self.current == 0
        let isPrevious = hash.words.first ^ self.previous == 0
        return isCurrent || (self.previous != 0 && isPrevious)
    }
}

extension EndedSecrets: CustomStringConvertible, CustomReflectable {
    /// A constant: even a part of a hash must not be in a log.
    public var description: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
