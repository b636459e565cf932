//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A row of the sessions table that has not expired: a live record or a tombstone.
struct PostgresSessionRow: Sendable {
    let id: SessionID
    /// Nil for a tombstone.
    let bytes: [UInt8]?
    let version: SessionVersion
    private let lastAccessedAt: SessionInstant
    private let expiresAt: SessionInstant

    init(_ row: PostgresReply.Row) throws(SessionStoreError) {
        guard let id = try row.id(0) else { throw .foreignTable }
        self.id = id
        self.bytes = try row.bytes(1)
        self.version = SessionVersion(counter: try row.word(2), tag: try row.word(3))
        self.lastAccessedAt = try row.instant(4)
        self.expiresAt = try row.instant(5)
    }

    /// The row of a reply about one session, if it has one.
    ///
    /// - Throws: An error when it is about another session: a pooler that mixes up its clients must not deliver other
    ///   users' sessions.
    init?(_ reply: PostgresReply, of id: SessionID) throws(SessionStoreError) {
        guard let row = reply.rows.first else { return nil }
        try self.init(row)
        guard self.id == id else {
            throw SessionStoreError(
                .unavailable, "The reply is about another session than the requested one.")
        }
    }

    /// The record. Nil for a tombstone.
    func record() throws(SessionStoreError) -> SessionRecord? {
        guard let bytes = self.bytes else { return nil }
        var record = try SessionRecordCodec.decode(bytes, id: self.id)
        record.lastAccessedAt = self.lastAccessedAt
        record.expiresAt = self.expiresAt
        return record
    }

    /// The secrets of a tombstone, if it has them.
    var endedSecrets: EndedSecrets? {
        self.bytes == nil ? PostgresTombstoneSecrets.secrets(self.version, lastAccessedAt: self.lastAccessedAt) : nil
    }

    /// A page. An unreadable record is left out, so that it does not break the listing.
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
        // Counted by rows, because an unreadable record does not end the listing.
        return SessionPage(records, next: reply.rows.count < limit ? nil : last.map { SessionCursor(after: $0) })
    }

    /// The parameters of `create` and `replace` for a record.
    static func parameters(of record: SessionRecord, now: SessionInstant) -> [PostgresParameter] {
        [
            .id(record.id), .word(record.version.counter), .word(record.version.tag), .instant(record.lastAccessedAt),
            .instant(record.expiresAt), .instant(record.absoluteExpiresAt),
            .bytes(record.subject.map { Array($0.utf8) }), .bytes(SessionRecordCodec.encode(record)), .instant(now),
        ]
    }
}
