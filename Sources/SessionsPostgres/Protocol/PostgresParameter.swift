//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A parameter of a ``PostgresCommand``.
public struct PostgresParameter: Sendable {
    /// The bytes are created when the parameter is sent, so that creating a parameter costs nothing.
    enum Value: Sendable {
        case id(SessionID)
        case ids([SessionID])
        case integer(Int64)
        case bytes([UInt8]?)
    }

    /// PostgreSQL's OIDs of the types of parameters and columns.
    enum TypeID {
        static let bytea: UInt32 = 17
        static let int8: UInt32 = 20
        static let uuid: UInt32 = 2950
        static let uuidArray: UInt32 = 2951
    }

    let value: Value

    private init(_ value: Value) { self.value = value }

    static func id(_ id: SessionID) -> PostgresParameter { PostgresParameter(.id(id)) }
    static func ids(_ ids: [SessionID]) -> PostgresParameter { PostgresParameter(.ids(ids)) }
    static func integer(_ integer: Int64) -> PostgresParameter { PostgresParameter(.integer(integer)) }
    static func bytes(_ bytes: [UInt8]?) -> PostgresParameter { PostgresParameter(.bytes(bytes)) }
    static func instant(_ instant: SessionInstant) -> PostgresParameter { .integer(instant.millisecondsSince1970) }
    static func word(_ word: UInt64) -> PostgresParameter { .integer(Int64(bitPattern: word)) }

    /// The OID of its type: `int8`, `bytea`, `uuid` or `uuid[]`.
    public var typeID: UInt32 {
        switch self.value {
        case .id: TypeID.uuid
        case .ids: TypeID.uuidArray
        case .integer: TypeID.int8
        case .bytes: TypeID.bytea
        }
    }

    /// The value in PostgreSQL's binary format. Nil for a null.
    public var bytes: [UInt8]? {
        if case .bytes(let bytes) = self.value { return bytes }
        var buffer: [UInt8] = []
        return self.write(to: &buffer) ? buffer : nil
    }

    /// Appends its bytes.
    ///
    /// - Returns: False for a null.
    func write(to buffer: inout [UInt8]) -> Bool {
        switch self.value {
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

extension PostgresParameter: CustomStringConvertible, CustomReflectable {
    /// The type. It does not show the value, because it is session data.
    public var description: String { "a parameter of type \(self.typeID)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
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
