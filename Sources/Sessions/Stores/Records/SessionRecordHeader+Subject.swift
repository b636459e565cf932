//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionRecordHeader {
    /// The subject of a record, read from its first bytes.
    ///
    /// - Returns: Nil for a record without a subject, and when the bytes end before it.
    package static func subject(ofBeginning bytes: [UInt8]) -> String? {
        var reader = ByteReader(bytes)
        // The secret and its time follow the header, and then the length of the extra fields.
        guard reader.readRange(count: Offset.end + 40) != nil, reader.readVarint() != nil else { return nil }
        while let tag = reader.readVarint(), tag <= SessionRecordCodec.Tag.subject, let range = reader.readCounted() {
            guard tag == SessionRecordCodec.Tag.subject else { continue }
            return String(validating: bytes[range], as: UTF8.self)
        }
        return nil
    }
}
