//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension StoredSessions {
    func lookUp(_ credential: SessionCredential, for request: SessionRequest, origin: EventOrigin) async throws
        -> CredentialFinding
    {
        guard case .token(let token) = credential else { return .refused(.unknown) }
        let now = self.environment.configuration.clock.now
        do {
            let result = try await self.store.perform(.read(token.id)) { try await $0.load(token.id, now: now) }
            if let overdue = self.overdueFinding(token, in: result, now: now, origin: origin) { return overdue }
            return self.finding(of: token, in: result, now: now)
        } catch let error as SessionStoreError {
            // One unreadable record makes one visitor anonymous.
            return .refused(.unreadable, token.id, error: error)
        }
    }

    func lookUpWithoutWaiting(_ credential: SessionCredential, for request: SessionRequest) throws
        -> CredentialFinding?
    {
        guard case .token(let token) = credential else { return .refused(.unknown) }
        let now = self.environment.configuration.clock.now
        do {
            let result = try self.store.performWithoutWaiting { try $0.loadSynchronously(token.id, now: now) }
            guard let result else { return nil }
            let finding = self.finding(of: token, in: result, now: now)
            // What a former record refuses, the latest one may accept, or the policy of device binding.
            if self.rechecksRefusals, !finding.isLive { return nil }
            return finding
        } catch let error as SessionStoreError {
            return .refused(.unreadable, token.id, error: error)
        }
    }

    /// Interprets a store's result for a token.
    func finding(of token: SessionToken, in result: SessionLoadResult, now: SessionInstant) -> CredentialFinding {
        // An id without a session is the client's claim, and is not repeated in logs.
        guard case .found(let record) = result else { return result == .ended ? .tombstone(token) : .refused(.unknown) }
        guard record.isSession else { return .refused(.unknown) }
        // The store may return expired records.
        guard !self.environment.configuration.isExpired(record, now: now) else {
            return .refused(.expired, record)
        }
        switch record.match(of: token.secretHash, now: now) {
        case .current, .previous:
            guard !self.environment.bindsDevices || !self.isOverdue(record, now: now) else {
                return .unproven(record, .overdue)
            }
            guard let opened = self.opened(record, for: token) else {
                return .refused(.unreadable, record)
            }
            return .live(SessionState.LoadedSession(record: opened, token: token, isNew: false))
        case .replaced:
            return self.environment.bindsDevices && record.isDeviceBound
                ? .unproven(record, .replayedSecret) : .replayed(record)
        case .acting:
            return .acting(record, token)
        case .unknown:
            return .refused(.wrongSecret, record)
        }
    }

    func endedSecrets(of id: SessionID) async throws -> EndedSecrets? {
        let now = self.environment.configuration.clock.now
        return try await self.store.perform(.read(id)) { try await $0.endedSecrets(of: id, now: now) }
    }

    /// Looks up a token that was passed to an operation, and reports one that opens nothing.
    func lookUp(_ token: SessionToken, for request: SessionRequest, origin: EventOrigin) async throws
        -> CredentialFinding
    {
        let finding: CredentialFinding
        switch try await self.lookUp(.token(token), for: request, origin: origin) {
        case .tombstone:
            finding = CredentialFinding(tombstoneOf: token, secrets: try await self.endedSecrets(of: token.id))
        case let found:
            finding = found
        }
        if let report = finding.report { self.environment.configuration.report(report, from: origin) }
        return finding
    }
}
