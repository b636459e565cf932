//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The oldest valid version of a user's credentials is a record beside the sessions, with a subject that cannot log in.
extension StoredSessions {
    private static let valueName = "version"

    private func owner(of subject: String) -> String { SessionRecord.reservedPrefix + "credentials\u{0}\(subject)" }

    func requiredCredentialVersion(of subject: String) async throws -> Int64 {
        guard let record = try await self.credentials(of: subject) else { return 0 }
        return self.version(in: record)
    }

    func requireCredentials(of subject: String, version: Int64, except kept: SessionID?) async throws {
        try await self.raise(to: version, of: subject)
        try await self.store.endAll(of: subject) { $0.credentialVersion < version && $0.id != kept }
    }

    /// Raises the version, unless it is already as new.
    private func raise(to version: Int64, of subject: String) async throws {
        let configuration = self.configuration
        for _ in 0..<CompareAndSetOperation.limit {
            let (present, now) = (try await self.credentials(of: subject), configuration.clock.now)
            var record = present ?? self.newCredentials(of: subject, now: now)
            let required = max(version, self.version(in: record))
            record.values = SessionValues([Self.valueName: .integer(required)])
            record.expiresAt = max(record.expiresAt, now + configuration.longestLife)
            record.absoluteExpiresAt = record.expiresAt
            if let present {
                let former = present.version
                record.version = former.next(random: configuration.random)
                let next = record
                let result = try await self.store.performForRecord(.write(next.id)) {
                    try await $0.replace(next, ifVersion: former, now: now)
                }
                if result == .replaced { return }
            } else if try await self.create(record, now: now) {
                return
            }
        }
        throw SessionError.contention(self.credentialsID(of: subject), retryAfter: configuration.retryAfter)
    }

    /// - Returns: False when another server was faster.
    private func create(_ record: SessionRecord, now: SessionInstant) async throws -> Bool {
        do {
            try await self.store.perform(.write(record.id)) { try await $0.create(record, now: now) }
            return true
        } catch let error as SessionStoreError {
            guard error.code == .duplicate else {
                throw SessionError.storeUnavailable(error, retryAfter: self.environment.configuration.retryAfter)
            }
            return false
        }
    }

    private func credentials(of subject: String) async throws -> SessionRecord? {
        let (id, now) = (self.credentialsID(of: subject), self.environment.configuration.clock.now)
        let result = try await self.store.performForRecord(.read(id)) { try await $0.load(id, now: now) }
        guard case .found(let record) = result, record.belongs(to: self.owner(of: subject)) else { return nil }
        return record
    }

    private func credentialsID(of subject: String) -> SessionID {
        Revocation.credentialsID(of: Revocation.id(of: subject))
    }

    private func newCredentials(of subject: String, now: SessionInstant) -> SessionRecord {
        var record = self.environment.configuration.newRecord(
            for: .placeholder(self.credentialsID(of: subject)), now: now)
        record.subject = self.owner(of: subject)
        record.authenticatedAt = now
        return record
    }

    private func version(in record: SessionRecord) -> Int64 {
        if case .integer(let version)? = record.values[Self.valueName]?.storage { version } else { 0 }
    }
}

extension SessionConfiguration {
    /// The longest possible lifetime of a session.
    var longestLife: Duration { max(self.limits.absolute, self.rememberedLimits.absolute) }
}
