//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

extension Workload {
    /// The binary format of records.
    static let codec = [
        Workload("codec: encode a record") {
            let record = try await Self.record()
            return { for _ in 0..<$0 { Self.encode(record) } }
        },
        Workload("codec: decode a record") {
            let record = try await Self.record()
            let bytes = SessionRecordCodec.encode(record)
            return { for _ in 0..<$0 { try Self.decode(bytes, record.id) } }
        },
    ]

    /// The record of a visitor with five values.
    public static func record() async throws -> SessionRecord {
        let store = MemorySessionStore()
        _ = try await Harness(.stored(in: store)).knownVisitor()
        let page = try await store.page(from: nil, limit: 1, now: .init(millisecondsSince1970: 0))
        guard let record = page.records.first else {
            fatalError("A visitor with values has a record.")
        }
        return record
    }

    @inline(never)
    private static func encode(_ record: SessionRecord) {
        _ = SessionRecordCodec.encode(record)
    }

    @inline(never)
    private static func decode(_ bytes: [UInt8], _ id: SessionID) throws {
        _ = try SessionRecordCodec.decode(bytes, id: id)
    }
}
