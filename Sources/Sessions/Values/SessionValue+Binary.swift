//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionValue {
    /// The binary form: one byte for the kind, a counted payload.
    ///
    /// | kind | payload |
    /// |---|---|
    /// | 1 integer | zigzag varint |
    /// | 2 boolean | one byte, 0 or 1 |
    /// | 3 double | 8 bytes, little-endian bit pattern |
    /// | 4 string | UTF-8 |
    /// | 5 JSON | UTF-8 |
    func write(to writer: inout ByteWriter) {
        switch self.storage {
        case .integer(let value):
            let zigzag = UInt64(bitPattern: value << 1 ^ value >> 63)
            writer.write(1 as UInt8)
            writer.write(UInt8(ByteWriter.byteCount(ofVarint: zigzag)))
            writer.write(varint: zigzag)
        case .boolean(let value):
            writer.write(2 as UInt8)
            writer.write(1 as UInt8)
            writer.write(value ? 1 : 0 as UInt8)
        case .double(let bits):
            writer.write(3 as UInt8)
            writer.write(8 as UInt8)
            writer.write(word: bits)
        case .string(let value):
            writer.write(4 as UInt8)
            writer.write(counted: value.text)
        case .json(let text):
            writer.write(5 as UInt8)
            writer.write(counted: text)
        case .unknown(let kind, let payload):
            writer.write(kind)
            writer.write(counted: payload)
        }
    }

    /// Whether the next bytes are a value: validates like reading, without creating the value.
    static func isWhole(in reader: inout ByteReader) -> Bool {
        guard let kind = reader.readByte(), let range = reader.readCounted() else { return false }
        var payload = ByteReader(reader.bytes, in: range)
        return switch kind {
        case 1: payload.readVarint() != nil && payload.isAtEnd
        case 2: range.count == 1 && reader.bytes[range.lowerBound] <= 1
        case 3: range.count == 8
        case 4: reader.isText(in: range)
        default: true
        }
    }

    /// Reads one value, or returns nil when the bytes are not one.
    init?(from reader: inout ByteReader) {
        guard let kind = reader.readByte(), let range = reader.readCounted() else { return nil }
        switch kind {
        case 1:
            var payload = ByteReader(reader.bytes, in: range)
            guard let zigzag = payload.readVarint(), payload.isAtEnd else { return nil }
            self.init(.integer(Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)))
        case 2:
            guard range.count == 1, reader.bytes[range.lowerBound] <= 1 else { return nil }
            self.init(.boolean(reader.bytes[range.lowerBound] == 1))
        case 3:
            var payload = ByteReader(reader.bytes, in: range)
            guard range.count == 8, let bits = payload.readWord() else { return nil }
            self.init(.double(bits))
        case 4:
            guard let text = String(validating: reader.bytes[range], as: UTF8.self) else { return nil }
            self.init(.string(ByteString(text)))
        case 5:
            self.init(.json(Array(reader.bytes[range])))
        default:
            self.init(.unknown(kind: kind, Array(reader.bytes[range])))
        }
    }
}
