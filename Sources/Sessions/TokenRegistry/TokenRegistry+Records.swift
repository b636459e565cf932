//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The stored form of a token: a record under a subject that cannot log in, made of the names of the registry and the
/// category.
extension TokenRegistry {
    private static var valueName: String { "subject" }

    /// The prefix of this registry's subjects. No name has a byte 0, so no registry's prefix begins another's.
    private var prefix: String { SessionRecord.reservedPrefix + "tokens\u{0}\(self.name)\u{0}" }

    /// The subject of all records of a category.
    func owner(of category: String) throws(SessionError) -> String {
        guard (1...512).contains(category.utf8.count) else {
            throw .configuration(["A category of tokens has 1 to 512 bytes; this one has \(category.utf8.count)."])
        }
        return self.prefix + category
    }

    /// The category of a record; nil when it is not of this registry.
    func category(of record: SessionRecord) -> String? {
        guard let owner = record.subject, owner.utf8.starts(with: self.prefix.utf8) else { return nil }
        return String(decoding: owner.utf8.dropFirst(self.prefix.utf8.count), as: UTF8.self)
    }

    static func values(of subject: Subject) throws(SessionError) -> SessionValues {
        do {
            return SessionValues([self.valueName: try ValueCoding.encode(subject)])
        } catch {
            throw .notEncodable(self.valueName, underlying: error)
        }
    }

    /// The record as the application sees it. One that no longer decodes counts as missing, and causes an event.
    func entry(_ record: SessionRecord) -> Entry? {
        guard
            let category = self.category(of: record),
            let subject: Subject = try? record.values[Self.valueName].map(ValueCoding.decode)
        else {
            self.store.configuration.report(.refused, .unreadable, record.id)
            return nil
        }
        return Entry(
            id: record.id,
            subject: subject,
            category: category,
            createdAt: record.createdAt,
            expiresAt: record.absoluteExpiresAt
        )
    }

    /// The live record of an id, if it is of this registry. An unreadable record counts as missing as well.
    func record(_ id: SessionID) async throws -> SessionRecord? {
        let now = self.store.configuration.clock.now
        do {
            guard
                case .found(let record) = try await self.store.perform(.read(id), { try await $0.load(id, now: now) }),
                // The store may return expired records.
                !record.isExpired(at: now), self.category(of: record) != nil
            else { return nil }
            return record
        } catch let error as SessionStoreError {
            self.store.configuration.report(.refused, .unreadable, id, error: error)
            return nil
        }
    }

    /// The live record that a token opens; the secrets are compared in constant time.
    func record(of token: SessionToken) async throws -> SessionRecord? {
        guard let record = try await self.record(token.id), record.secretHash == token.secretHash else { return nil }
        return record
    }

    /// The oldest first: in the same order on all servers.
    func recordsByAge(of owner: String, atMost limit: Int) async throws -> [SessionRecord] {
        try await self.store.recordsByAge(of: owner, atMost: limit, now: self.store.configuration.clock.now)
    }

    /// How many tokens of a category are read to enforce its maximum: somewhat more, so that a category that came to
    /// have too many shrinks with each token.
    private var readLimit: Int { (self.maximumPerCategory ?? 0) + 256 }

    /// Later than the existing tokens, even within one millisecond, so that the newest one stays.
    func earliestBeginning(of owner: String) async throws -> SessionInstant {
        guard self.maximumPerCategory != nil,
            let last = try await self.recordsByAge(of: owner, atMost: self.readLimit).last
        else {
            return .distantPast
        }
        return last.createdAt + .milliseconds(1)
    }

    /// Ends the oldest, if there are too many. The last of parallel registrations sees all, so the limit holds when all
    /// have returned.
    func keepMaximum(of owner: String) async throws {
        guard let maximumPerCategory else { return }
        for record in try await self.recordsByAge(of: owner, atMost: self.readLimit).dropLast(maximumPerCategory) {
            _ = try await self.store.end(record.id)
        }
    }
}
