//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Sessions

/// Sessions in a folder, each in a file of its own, for one process: the store of the article "Implementing a store".
actor FolderSessionStore {
    private let folder: URL

    init(folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private enum Entry {
        case record(SessionRecord)
        case tombstone(until: SessionInstant, EndedSecrets)
    }

    private func file(_ id: SessionID) -> URL {
        // Not the description, whose upper and lower case some file systems do not tell apart.
        self.folder.appending(path: String(id.high, radix: 16) + "-" + String(id.low, radix: 16))
    }

    private func write(_ entry: Entry, _ id: SessionID) throws {
        var bytes: [UInt8]
        switch entry {
        case .record(let record): bytes = [1] + SessionRecordCodec.encode(record)
        case .tombstone(let end, let secrets): bytes = [2] + secrets.bytes + Array("\(end.millisecondsSince1970)".utf8)
        }
        // Atomic: written beside and renamed, so that a process that dies leaves the old file or the new one.
        try Data(bytes).write(to: self.file(id), options: .atomic)
    }

    /// What there is of an id now. What has expired, and a tombstone whose time has come, is nothing.
    private func read(_ id: SessionID, now: SessionInstant) throws -> Entry? {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: self.file(id))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return nil
        }
        if bytes.first == 2 {
            guard let end = Int64(String(decoding: bytes.dropFirst(17), as: UTF8.self)),
                let secrets = EndedSecrets(bytes: bytes.dropFirst().prefix(16)),
                now < SessionInstant(millisecondsSince1970: end)
            else { return nil }
            return .tombstone(until: SessionInstant(millisecondsSince1970: end), secrets)
        }
        let record = try SessionRecordCodec.decode(Array(bytes.dropFirst()), id: id)
        return record.isExpired(at: now) ? nil : .record(record)
    }
}

extension FolderSessionStore: SessionStore {
    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        switch try self.read(id, now: now) {
        case .record(let record): .found(record)
        case .tombstone: .ended
        case nil: .missing
        }
    }

    func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        if case .tombstone(_, let secrets) = try self.read(id, now: now) { secrets } else { nil }
    }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        guard try self.read(record.id, now: now) == nil else { throw SessionStoreError.duplicate(record.id) }
        try self.write(.record(record), record.id)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        guard case .record(let present) = try self.read(record.id, now: now) else { return .missing }
        // This very write, sent again because its reply was lost.
        if present.version == record.version { return .replaced }
        guard present.version == version else { return .conflict(present) }
        try self.write(.record(record), record.id)
        return .replaced
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        guard case .record(var record) = try self.read(id, now: now) else { return false }
        record.apply(touch)
        try self.write(.record(record), id)
        return true
    }

    func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        switch try self.read(id, now: now) {
        case .record(let record):
            try self.write(.tombstone(until: tombstoneUntil, EndedSecrets(of: record)), id)
            return true
        case .tombstone(let end, let secrets):
            try self.write(.tombstone(until: max(end, tombstoneUntil), secrets), id)
            return false
        case nil:
            return false
        }
    }
}

extension FolderSessionStore: SubjectSessionStore {
    func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
    ) async throws -> SessionPage {
        let last = try cursor?.lastID
        var records: [SessionRecord] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: self.folder.path(percentEncoded: false)) {
            let words = name.split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard words.count == 2 else { continue }
            let id = SessionID(high: words[0], low: words[1])
            guard last.map({ id > $0 }) ?? true else { continue }
            if case .record(let record) = try self.read(id, now: now), record.belongs(to: subject) {
                records.append(record)
            }
        }
        return SessionPage(Array(records.sorted { $0.id < $1.id }.prefix(limit)), ofAtMost: limit)
    }

    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        let page = try await self.page(of: subject, from: cursor, limit: limit, now: now)
        var count = 0
        for record in page.records where !kept.contains(record.id) {
            if try await self.end(record.id, tombstoneUntil: tombstoneUntil, now: now) { count += 1 }
        }
        return SessionEndingPage(endedCount: count, next: page.next)
    }
}
