//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Records of the library beside the sessions, for state that servers share.
///
/// Each has an id that is made of its name, and a subject that cannot log in. So it needs no table of its own, it works
/// in every store, and it appears in no list of sessions.
package struct NamedRecords: Sendable {
    /// The next state of a record.
    package struct State {
        package var values: SessionValues
        /// When the record expires.
        package var expiresAt: SessionInstant

        package init(_ values: SessionValues, until expiresAt: SessionInstant) {
            self.values = values
            self.expiresAt = expiresAt
        }
    }

    /// The purpose of the records. Records of different kinds never have the same id.
    private let kind: String
    private let store: ResilientStore

    /// - Parameters:
    ///   - kind: The purpose of the records, without the byte 0.
    ///   - store: The store.
    ///   - configuration: The clock, the random source, the deadlines, and the observers.
    package init(_ kind: String, in store: any SessionStore, configuration: SessionConfiguration) {
        self.kind = kind
        self.store = ResilientStore(store: store, EngineEnvironment(configuration))
    }

    package var configuration: SessionConfiguration { self.store.configuration }

    /// The id of the record of a name.
    package func id(of name: String) -> SessionID { Revocation.id("swift-sessions \(self.kind)\u{0}", name) }

    private func owner(of id: SessionID) -> String { SessionRecord.reservedPrefix + "\(self.kind)\u{0}\(id)" }

    /// The values of a name; nil if there are none.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`.
    package func values(of name: String) async throws -> SessionValues? {
        try await self.record(self.id(of: name), now: self.configuration.clock.now)?.values
    }

    /// Creates the record of a name. Of several calls on any number of servers, exactly one does, until the record
    /// expires.
    ///
    /// - Returns: False when the record exists.
    /// - Throws: ``SessionError`` with the code `storeUnavailable`.
    package func create(_ name: String, _ state: State) async throws -> Bool {
        let now = self.configuration.clock.now
        return try await self.create(self.newRecord(self.id(of: name), state, now: now), now: now)
    }

    /// Changes the newest state of a name, on any number of servers at once: a compare-and-set.
    ///
    /// - Parameter change: Gets the values, or nil if there are none, and the time. It returns the next state, or nil
    ///   to write nothing, and a result. It is called again when another server was faster, so it must have no effects.
    /// - Throws: ``SessionError``: `storeUnavailable`, or `contention`; and what `change` throws.
    package func update<Result>(
        _ name: String,
        _ change: (SessionValues?, SessionInstant) throws -> (next: State?, result: Result)
    ) async throws -> Result {
        let (id, configuration) = (self.id(of: name), self.configuration)
        var present = try await self.record(id, now: configuration.clock.now)
        for _ in 0..<CompareAndSetOperation.limit {
            let now = configuration.clock.now
            if present?.isExpired(at: now) == true { present = nil }
            let (next, result) = try change(present?.values, now)
            guard let next else { return result }
            guard let former = present else {
                if try await self.create(self.newRecord(id, next, now: now), now: now) { return result }
                present = try await self.record(id, now: now)
                continue
            }
            var record = former
            record.values = next.values
            record.lastAccessedAt = now
            record.expiresAt = next.expiresAt
            record.absoluteExpiresAt = next.expiresAt
            record.version = former.version.next(random: configuration.random)
            let replacement = record
            let reply = try await self.store.performForRecord(.write(id)) {
                try await $0.replace(replacement, ifVersion: former.version, now: now)
            }
            switch reply {
            case .replaced: return result
            case .conflict(let stored): present = stored.belongs(to: self.owner(of: id)) ? stored : nil
            case .missing: present = nil
            }
        }
        throw SessionError.contention(id, retryAfter: configuration.retryAfter)
    }

    private func record(_ id: SessionID, now: SessionInstant) async throws -> SessionRecord? {
        let result = try await self.store.performForRecord(.read(id)) { try await $0.load(id, now: now) }
        guard case .found(let record) = result, record.belongs(to: self.owner(of: id)), !record.isExpired(at: now)
        else { return nil }
        return record
    }

    /// - Returns: False when another server was faster.
    private func create(_ record: SessionRecord, now: SessionInstant) async throws -> Bool {
        do {
            try await self.store.perform(.write(record.id)) { try await $0.create(record, now: now) }
            return true
        } catch let error as SessionStoreError {
            guard error.code == .duplicate else {
                throw SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
            }
            return false
        }
    }

    /// A record with the hash of a secret that no one has.
    private func newRecord(_ id: SessionID, _ state: State, now: SessionInstant) -> SessionRecord {
        let random = self.configuration.random
        return SessionRecord(
            id: id,
            secretHash: SessionSecret(random: random).hash,
            secretIssuedAt: now,
            version: .first(random: random),
            createdAt: now,
            lastAccessedAt: now,
            expiresAt: state.expiresAt,
            absoluteExpiresAt: state.expiresAt,
            subject: self.owner(of: id),
            values: state.values
        )
    }
}

extension SessionValues {
    private static let stateName = "state"

    /// Values of one state.
    package init(state: some Codable) throws {
        self.init([Self.stateName: try ValueCoding.encode(state)])
    }

    /// The state; nil if it does not decode, such as one of a newer version.
    package func state<State: Codable>() -> State? {
        guard let value = self[Self.stateName] else { return nil }
        return try? ValueCoding.decode(value)
    }
}
