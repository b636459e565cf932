//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How a token stands in a store: as a record under a subject that nobody can log in with, made of the names of the
/// registry and of the category.
extension TokenRegistry {
    private static var valueName: String { "subject" }

    /// How the subjects of this registry begin. No name has a byte 0, so that none begins like another's.
    private var prefix: String { SessionRecord.reservedPrefix + "tokens\u{0}\(self.name)\u{0}" }

    /// The subject of all records of a category.
    func owner(of category: String) throws(SessionError) -> String {
        guard (1...512).contains(category.utf8.count) else {
            throw .configuration(["A category of tokens has 1 to 512 bytes; this one has \(category.utf8.count)."])
        }
        return self.prefix + category
    }

    /// The category of a record; nil when it is none of this registry.
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

    /// The record as the application sees it. One that no longer decodes is as good as none, and an event.
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

    /// The living record of an id, if it is one of this registry. One that cannot be read is as good as none as well.
    func record(_ id: SessionID) async throws -> SessionRecord? {
        let now = self.store.configuration.clock.now
        do {
            guard
                case .found(let record) = try await self.store.call(.read(id), { try await $0.load(id, now: now) }),
                // A store may be careless.
                !record.isExpired(at: now), self.category(of: record) != nil
            else { return nil }
            return record
        } catch let error as SessionStoreError {
            self.store.configuration.report(.refused, .unreadable, id, error: error)
            return nil
        }
    }

    /// The living record that a token opens; the secrets are compared in constant time.
    func record(of token: SessionToken) async throws -> SessionRecord? {
        guard let record = try await self.record(token.id), record.secretHash == token.secretHash else { return nil }
        return record
    }

    /// The oldest first: in one order for all servers.
    func recordsByAge(of owner: String, atMost limit: Int) async throws -> [SessionRecord] {
        try await self.store.recordsByAge(of: owner, atMost: limit, now: self.store.configuration.clock.now)
    }

    /// How many tokens of a category are looked at to keep its maximum: somewhat more, so that a category that came to
    /// have too many gets smaller with each token.
    private var readLimit: Int { (self.maximumPerCategory ?? 0) + 256 }

    /// Later than the tokens that are there, even within one millisecond, so that the newest is the one that stays.
    func earliestBeginning(of owner: String) async throws -> Instant {
        guard self.maximumPerCategory != nil,
            let last = try await self.recordsByAge(of: owner, atMost: self.readLimit).last
        else {
            return .distantPast
        }
        return last.createdAt + .milliseconds(1)
    }

    /// Ends the oldest, as far as there are too many. Of those that register at once the last sees all, so that when
    /// all have returned the limit holds.
    func keepMaximum(of owner: String) async throws {
        guard let maximumPerCategory else { return }
        for record in try await self.recordsByAge(of: owner, atMost: self.readLimit).dropLast(maximumPerCategory) {
            _ = try await self.store.end(record.id)
        }
    }
}
