//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres
import Sessions

/// A parameter of a statement in PostgreSQL's binary format.
enum PostgresValue: Sendable {
    case id(SessionID)
    case ids([SessionID])
    case integer(Int64)
    case bytes([UInt8]?)

    /// PostgreSQL's OIDs of the types of parameters and columns.
    enum TypeID {
        static let bytea: Oid = 17
        static let int8: Oid = 20
        static let uuid: Oid = 2950
        static let uuidArray: Oid = 2951
    }

    static func instant(_ instant: SessionInstant) -> PostgresValue { .integer(instant.millisecondsSince1970) }
    static func word(_ word: UInt64) -> PostgresValue { .integer(Int64(bitPattern: word)) }

    var type: Oid {
        switch self {
        case .id: TypeID.uuid
        case .ids: TypeID.uuidArray
        case .integer: TypeID.int8
        case .bytes: TypeID.bytea
        }
    }

    /// Appends its bytes.
    ///
    /// - Returns: False for a null.
    func write(to buffer: inout [UInt8]) -> Bool {
        switch self {
        case .id(let id):
            id.write(to: &buffer)
        case .ids(let ids):
            // Number of dimensions, null flag, and element type. Then the count and the lower bound.
            for head in ids.isEmpty ? [0, 0, TypeID.uuid] : [1, 0, TypeID.uuid, UInt32(clamping: ids.count), 1] {
                head.write(to: &buffer)
            }
            for id in ids {
                UInt32(16).write(to: &buffer)
                id.write(to: &buffer)
            }
        case .integer(let integer):
            UInt64(bitPattern: integer).write(to: &buffer)
        case .bytes(let bytes):
            guard let bytes else { return false }
            buffer += bytes
        }
        return true
    }
}

extension FixedWidthInteger {
    fileprivate func write(to buffer: inout [UInt8]) {
        withUnsafeBytes(of: self.bigEndian) { buffer.append(contentsOf: $0) }
    }
}

extension SessionID {
    fileprivate func write(to buffer: inout [UInt8]) {
        self.high.write(to: &buffer)
        self.low.write(to: &buffer)
    }
}
#endif
