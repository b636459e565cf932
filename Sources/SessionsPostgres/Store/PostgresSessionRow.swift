//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// A row of the table of sessions that is not over: a live record, or the tombstone of an ended one.
struct PostgresSessionRow: Sendable {
    let id: SessionID
    /// Nil for a tombstone.
    let bytes: [UInt8]?
    let version: SessionVersion
    private let lastAccessedAt: Instant
    private let expiresAt: Instant

    init(_ row: PostgresRow) throws(SessionStoreError) {
        guard let id = try row.id(0) else { throw .foreignTable }
        self.id = id
        self.bytes = try row.bytes(1)
        self.version = SessionVersion(counter: try row.word(2), tag: try row.word(3))
        self.lastAccessedAt = try row.instant(4)
        self.expiresAt = try row.instant(5)
    }

    /// The row of an answer that is about one session, if it has one.
    ///
    /// - Throws: When it is about another session: a pooler that mixes up its clients serves nobody.
    init?(_ reply: PostgresReply, of id: SessionID) throws(SessionStoreError) {
        guard let row = reply.rows.first else { return nil }
        try self.init(row)
        guard self.id == id else {
            throw SessionStoreError(
                .unavailable, "What came was about another session than the one that was asked for.")
        }
    }

    /// The record; nil for a tombstone.
    func record() throws(SessionStoreError) -> SessionRecord? {
        guard let bytes = self.bytes else { return nil }
        var record = try SessionRecordCodec.decode(bytes, id: self.id)
        record.lastAccessedAt = self.lastAccessedAt
        record.expiresAt = self.expiresAt
        return record
    }

    /// The secrets that a tombstone keeps, if it keeps them.
    var endedSecrets: EndedSecrets? {
        self.bytes == nil ? PostgresTombstoneSecrets.secrets(self.version, lastAccessedAt: self.lastAccessedAt) : nil
    }

    /// A page; a record that cannot be read is left out, for it is one bad record and not a bad list.
    static func page(_ reply: PostgresReply, limit: Int) throws(SessionStoreError) -> SessionPage {
        var records: [SessionRecord] = []
        var last: SessionID?
        for row in reply.rows {
            let row = try PostgresSessionRow(row)
            last = row.id
            do {
                if let record = try row.record() { records.append(record) }
            } catch  where error.code == .corruptRecord {
                continue
            }
        }
        // By the rows, for a record that cannot be read is not the end of the listing.
        return SessionPage(records, next: reply.rows.count < limit ? nil : last.map { SessionCursor(after: $0) })
    }

    /// What `create` and `replace` are told of a record, and when.
    static func parameters(of record: SessionRecord, now: Instant) -> [PostgresValue] {
        [
            .id(record.id), .word(record.version.counter), .word(record.version.tag), .instant(record.lastAccessedAt),
            .instant(record.expiresAt), .instant(record.absoluteExpiresAt),
            .bytes(record.subject.map { Array($0.utf8) }), .bytes(SessionRecordCodec.encode(record)), .instant(now),
        ]
    }
}
#endif
