//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The encoding of optional fields, each behind a tag.
extension SessionRecordCodec {
    enum Tag {
        static let previousSecret: UInt64 = 1
        static let remembered: UInt64 = 2
        static let authenticatedAt: UInt64 = 3
        static let subject: UInt64 = 4
        static let cookieOverrides: UInt64 = 5
        static let sealedValues: UInt64 = 6
        static let subjectEpoch: UInt64 = 7
        static let globalEpoch: UInt64 = 8
        static let firstClient: UInt64 = 9
        static let lastClient: UInt64 = 10
        static let deviceLabel: UInt64 = 11
        static let migrationMarker: UInt64 = 12
        static let credentialVersion: UInt64 = 13
        static let authenticationMethods: UInt64 = 14
        static let authenticationProofs: UInt64 = 15
    }

    static func encodeExtra(_ record: SessionRecord) -> [UInt8] {
        guard record.hasOptionalFields || record.isRemembered else { return [] }
        var writer = ByteWriter()
        if let previous = record.previousSecret {
            writer.write(tag: Tag.previousSecret, byteCount: 48)
            previous.hash.words.withUnsafeBytes { writer.write($0) }
            writer.write(instant: previous.validUntil)
            writer.write(word: previous.nonce)
        }
        if record.isRemembered {
            writer.write(tag: Tag.remembered, byteCount: record.rememberedFor == nil ? 0 : 8)
            if let length = record.rememberedFor { writer.write(word: UInt64(bitPattern: length.wholeMilliseconds)) }
        }
        if let authenticatedAt = record.authenticatedAt {
            writer.write(tag: Tag.authenticatedAt, byteCount: 8)
            writer.write(instant: authenticatedAt)
        }
        if let subject = record.subject {
            writer.write(tag: Tag.subject, subject.utf8)
        }
        if let overrides = record.cookieOverrides {
            writer.write(tag: Tag.cookieOverrides, self.encode(overrides))
        }
        if !record.sealedValues.isEmpty {
            writer.write(tag: Tag.sealedValues, record.sealedValues)
        }
        writer.write(tag: Tag.subjectEpoch, nonzero: record.subjectEpoch)
        writer.write(tag: Tag.globalEpoch, nonzero: record.globalEpoch)
        writer.write(tag: Tag.firstClient, record.firstClient)
        writer.write(tag: Tag.lastClient, record.lastClient)
        if let label = record.deviceLabel {
            writer.write(tag: Tag.deviceLabel, label.utf8)
        }
        if let marker = record.migrationMarker {
            writer.write(tag: Tag.migrationMarker, marker.bytes)
        }
        writer.write(tag: Tag.credentialVersion, nonzero: record.credentialVersion)
        if !record.authenticationMethods.isEmpty {
            writer.write(tag: Tag.authenticationMethods, self.encode(record.authenticationMethods))
        }
        if !record.authenticationProofs.isEmpty {
            writer.write(tag: Tag.authenticationProofs, self.encode(record.authenticationProofs))
        }
        writer.write(record.unknownFields)
        return writer.bytes
    }

    /// An upper bound for the size of the extra fields, or nil if it is known only after encoding.
    static func greatestExtraByteCount(of record: SessionRecord) -> Int? {
        guard record.hasOptionalFields else { return 20 }
        guard record.cookieOverrides == nil else { return nil }
        let texts =
            [record.subject, record.deviceLabel, record.firstClient?.address, record.firstClient?.userAgent]
            + [record.lastClient?.address, record.lastClient?.userAgent]
        let names = record.authenticationMethods.map(\.name) + record.authenticationProofs.map(\.level.nameBytes)
        // Each of the fourteen has a tag and a length, and those of fixed size take 88 bytes together. A name has a
        // length, and that of a level also has a rank and a time.
        let fixed = 14 * 20 + 88 + record.sealedValues.count + record.unknownFields.count
        return texts.reduce(names.reduce(fixed) { $0 + 19 + $1.text.utf8.count }) { $0 + ($1?.utf8.count ?? 0) }
    }

    private static func encode(_ methods: [AuthenticationMethod]) -> [UInt8] {
        var writer = ByteWriter()
        for method in methods { writer.write(counted: method.name.text.utf8) }
        return writer.bytes
    }

    private static func encode(_ proofs: [AuthenticationProof]) -> [UInt8] {
        var writer = ByteWriter()
        for proof in proofs {
            writer.write(varint: UInt64(clamping: proof.level.rank))
            writer.write(instant: proof.time)
            writer.write(counted: proof.level.name.utf8)
        }
        return writer.bytes
    }

    private static func encode(_ overrides: SessionCookie.Overrides) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Strings and flags always encode.
        return (try? encoder.encode(overrides)) ?? Data("{}".utf8)
    }

    static func decodeExtra(_ extra: ByteReader, into record: inout SessionRecord) -> Bool {
        var reader = extra
        var previousTag: UInt64 = 0
        while !reader.isAtEnd {
            let start = reader.offset
            guard let tag = reader.readVarint(), tag > previousTag, let range = reader.readCounted() else {
                return false
            }
            previousTag = tag
            var field = ByteReader(reader.bytes, in: range)
            switch tag {
            case Tag.previousSecret:
                guard let hash = field.readSecretHash(), let until = field.readInstant(), let nonce = field.readWord()
                else { return false }
                record.previousSecret = .init(hash: hash, validUntil: until, nonce: nonce)
            case Tag.remembered:
                record.isRemembered = true
                // Either nothing, or an explicit length.
                guard !field.isAtEnd else { continue }
                guard let length = field.readWord() else { return false }
                record.rememberedFor = .milliseconds(Int64(bitPattern: length))
            case Tag.authenticatedAt:
                guard let authenticatedAt = field.readInstant() else { return false }
                record.authenticatedAt = authenticatedAt
            case Tag.subject:
                guard let subject = String(validating: reader.bytes[range], as: UTF8.self) else { return false }
                record.subject = subject
            case Tag.cookieOverrides:
                let json = Data(reader.bytes[range])
                guard let overrides = try? JSONDecoder().decode(SessionCookie.Overrides.self, from: json) else {
                    return false
                }
                record.cookieOverrides = overrides
            case Tag.sealedValues:
                // Values are either all sealed or all open.
                guard !range.isEmpty, record.values.isEmpty else { return false }
                record.sealedValues = Array(reader.bytes[range])
            case Tag.subjectEpoch:
                guard let epoch = field.readWord() else { return false }
                record.subjectEpoch = Int64(bitPattern: epoch)
            case Tag.globalEpoch:
                guard let epoch = field.readWord() else { return false }
                record.globalEpoch = Int64(bitPattern: epoch)
            case Tag.firstClient:
                guard let client = SessionClient(from: &field) else { return false }
                record.firstClient = client
            case Tag.lastClient:
                guard let client = SessionClient(from: &field) else { return false }
                record.lastClient = client
            case Tag.deviceLabel:
                guard let label = String(validating: reader.bytes[range], as: UTF8.self) else { return false }
                record.deviceLabel = label
            case Tag.migrationMarker:
                guard let marker = MigrationMarker(from: &field) else { return false }
                record.migrationMarker = marker
            case Tag.credentialVersion:
                guard let version = field.readWord() else { return false }
                record.credentialVersion = Int64(bitPattern: version)
            case Tag.authenticationMethods:
                while !field.isAtEnd {
                    guard let name = field.readText() else { return false }
                    record.authenticationMethods.append(AuthenticationMethod(name))
                }
            case Tag.authenticationProofs:
                while !field.isAtEnd {
                    guard let rank = field.readVarint(), let time = field.readInstant(), let name = field.readText()
                    else { return false }
                    let level = AuthenticationLevel(rank: Int(clamping: rank), name: name)
                    record.authenticationProofs.append(AuthenticationProof(level: level, time: time))
                }
            default:
                record.unknownFields += reader.bytes[start..<reader.offset]
            }
        }
        return true
    }
}

extension SessionClient {
    fileprivate init?(from field: inout ByteReader) {
        guard let address = field.readText(), let userAgent = field.readText() else { return nil }
        self.init(address: address, userAgent: userAgent)
    }
}

extension ByteReader {
    fileprivate mutating func readText() -> String? {
        guard let range = self.readCounted() else { return nil }
        return String(validating: self.bytes[range], as: UTF8.self)
    }
}

extension ByteWriter {
    fileprivate mutating func write(tag: UInt64, byteCount: Int) {
        self.write(varint: tag)
        self.write(varint: UInt64(byteCount))
    }

    fileprivate mutating func write(tag: UInt64, _ field: some Collection<UInt8>) {
        self.write(tag: tag, byteCount: field.count)
        self.write(field)
    }

    fileprivate mutating func write(tag: UInt64, nonzero value: Int64) {
        guard value != 0 else { return }
        self.write(tag: tag, byteCount: 8)
        self.write(word: UInt64(bitPattern: value))
    }

    fileprivate mutating func write(tag: UInt64, _ client: SessionClient?) {
        guard let client else { return }
        let (address, userAgent) = ((client.address ?? "").utf8, (client.userAgent ?? "").utf8)
        let lengths =
            Self.byteCount(ofVarint: UInt64(address.count)) + Self.byteCount(ofVarint: UInt64(userAgent.count))
        self.write(tag: tag, byteCount: lengths + address.count + userAgent.count)
        self.write(counted: address)
        self.write(counted: userAgent)
    }
}
