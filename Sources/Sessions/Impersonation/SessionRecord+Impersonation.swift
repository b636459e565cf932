//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Both fields are among those that ``SessionRecordCodec`` does not interpret, and servers that do not know them keep
/// them. A record without them has no room for them, and its encoding takes no step for them.
extension SessionRecord {
    private static let impersonationTag: UInt64 = 24
    private static let actingSessionTag: UInt64 = 25

    /// The administrator who acts in this session as its user; nil in every other session.
    var impersonation: Impersonation? {
        get { self.uninterpretedField(Self.impersonationTag).flatMap { Impersonation($0) } }
        set { self.setUninterpretedField(Self.impersonationTag, newValue?.bytes) }
    }

    /// The session in which the user of this one acts as another; nil if there is none.
    var actingSessionID: SessionID? {
        get { self.uninterpretedField(Self.actingSessionTag).flatMap { SessionID(bytes: $0) } }
        set { self.setUninterpretedField(Self.actingSessionTag, newValue?.bytes) }
    }

    /// Whether a secret opens this session, in which an administrator acts.
    func isActing(by hash: SecretHash) -> Bool { self.impersonation.map { $0.secretHash == hash } ?? false }

    private func uninterpretedField(_ wanted: UInt64) -> [UInt8]? {
        let fields = self.unknownFields
        guard !fields.isEmpty else { return nil }
        var reader = ByteReader(fields)
        while let tag = reader.readVarint(), let range = reader.readCounted() {
            if tag == wanted { return Array(fields[range]) }
        }
        return nil
    }

    /// Replaces a field, in the order of the tags.
    private mutating func setUninterpretedField(_ changed: UInt64, _ field: [UInt8]?) {
        let fields = self.unknownFields
        var writer = ByteWriter()
        var isWritten = field == nil
        func write(_ writer: inout ByteWriter) {
            guard !isWritten, let field else { return }
            isWritten = true
            writer.write(varint: changed)
            writer.write(counted: field)
        }
        var reader = ByteReader(fields)
        var start = reader.offset
        while let tag = reader.readVarint(), reader.readCounted() != nil {
            if tag >= changed { write(&writer) }
            if tag != changed { writer.write(fields[start..<reader.offset]) }
            start = reader.offset
        }
        write(&writer)
        self.unknownFields = writer.bytes
    }
}
