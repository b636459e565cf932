//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension ExternalSessions {
    private var tombstoneUntil: SessionInstant {
        self.environment.configuration.clock.now + self.environment.configuration.tombstoneLifetime
    }

    func end(_ live: SessionState.LoadedSession) async throws -> Bool {
        let (now, tombstoneUntil) = (self.environment.configuration.clock.now, self.tombstoneUntil)
        return try await self.performForRecord(.anyWrite) {
            try await $0.end(live.record, tombstoneUntil: tombstoneUntil, now: now)
        }
    }

    func endEverything(
        from cursor: SessionCursor?,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void
    ) async throws {
        try await self.endSessions(of: nil, from: cursor, progress: progress)
    }

    func record(_ id: SessionID, of subject: String) async throws -> SessionRecord? {
        throw SessionError.externalUnlisted
    }

    func end(_ id: SessionID, of subject: String?) async throws -> SessionUsers? { throw SessionError.externalUnlisted }

    func end(_ token: SessionToken, for request: SessionRequest, origin: EventOrigin) async throws -> SessionUsers? {
        throw SessionError.externalUnlisted
    }

    func page(of subject: String, from cursor: SessionCursor?, limit: Int) async throws -> SessionPage {
        throw SessionError.externalUnlisted
    }

    func sessionsByAge(of subject: String, atMost limit: Int) async throws -> [SessionRecord] {
        throw SessionError.externalUnlisted
    }

    /// Scans all sessions, because the other system keeps no index, and an index of this library would miss its logins.
    func endAll(of subject: String, except kept: Set<SessionID>) async throws {
        try await self.endSessions(of: subject, except: kept)
    }

    /// Ends sessions in steps, each with its own deadline.
    ///
    /// If a step other than the first fails, the scan starts over, a few times: the server may have changed, and a new
    /// one has its keys in another order. Ended sessions cost the new scan nothing.
    private func endSessions(
        of subject: String?,
        except kept: Set<SessionID> = [],
        from cursor: SessionCursor? = nil,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void = { _, _ in }
    ) async throws {
        var cursor = cursor
        var (isFirst, failureCount) = (true, 0)
        while true {
            try Task.checkCancellation()
            let (from, now, tombstoneUntil) = (cursor, self.environment.configuration.clock.now, self.tombstoneUntil)
            let page: SessionEndingPage
            do {
                page = try await self.performForRecord(.listing) {
                    try await $0.endSessions(
                        of: subject, except: kept, from: from, tombstoneUntil: tombstoneUntil, now: now)
                }
            } catch let error as SessionError where error.code == .storeUnavailable && !isFirst && failureCount < 3 {
                failureCount += 1
                cursor = nil
                continue
            }
            isFirst = false
            cursor = page.next
            try await progress(page.endedCount, cursor)
            if cursor == nil { return }
        }
    }

    func endOthers(
        than live: SessionState.LoadedSession,
        of subject: String
    ) async throws -> SessionState.LoadedSession? {
        guard let record = try await self.reload(live), record.belongs(to: subject) else { return nil }
        try await self.endAll(of: subject, except: [live.record.id])
        return live
    }

    func requiredCredentialVersion(of subject: String) async throws -> Int64 { throw SessionError.externalFacts }

    func requireCredentials(of subject: String, version: Int64, except kept: SessionID?) async throws {
        throw SessionError.externalFacts
    }

    func revocationEpochs(of subject: String) async throws -> RevocationEpochs { RevocationEpochs() }
}
