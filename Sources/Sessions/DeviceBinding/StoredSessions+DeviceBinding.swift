//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension StoredSessions {
    var deviceBindingProblem: String? {
        guard self.isEncryptedAtRest else { return nil }
        return """
            deviceBinding does not work with encryptedAtRest: browsers ask for a refresh only when the cookie of a bound \
            session has expired, and the values open with that cookie alone. Use .stored(in:) without encryptedAtRest, \
            or the policy .off.
            """
    }

    /// The live session with this id that is bound to a device, found without a secret: only a proof opens it.
    func deviceBoundRecord(_ id: SessionID) async throws -> SessionRecord? {
        let now = self.environment.configuration.clock.now
        let result: SessionLoadResult
        do {
            result = try await self.store.perform(.read(id)) { try await $0.load(id, now: now) }
        } catch is SessionStoreError {
            // One unreadable record concerns one session.
            return nil
        }
        guard case .found(let record) = result, record.isSession, record.isAuthenticated, record.isDeviceBound,
            !self.environment.configuration.isExpired(record, now: now)
        else { return nil }
        return record
    }

    /// Whether a record is bound to a device that has not proved itself for longer than a cookie lives.
    func isOverdue(_ record: SessionRecord, now: SessionInstant) -> Bool {
        guard let provenAt = record.deviceProvenAt else { return false }
        return now >= self.environment.configuration.deviceBinding.acceptanceEnd(provenAt: provenAt)
    }

    /// What an overdue cookie opens: nothing, unless the policy only reports it.
    func overdueFinding(_ token: SessionToken, in result: SessionLoadResult, now: SessionInstant, origin: EventOrigin)
        -> CredentialFinding?
    {
        guard self.environment.bindsDevices, case .found(let record) = result, record.isSession,
            self.isOverdue(record, now: now), !self.environment.configuration.isExpired(record, now: now),
            [.current, .previous].contains(record.match(of: token.secretHash, now: now)),
            self.environment.configuration.deviceBinding.options?.isReportOnly == true
        else { return nil }
        let report = SessionReport(.unboundUse, .overdue, record.id, subject: record.subject, action: .accepted)
        self.environment.configuration.report(report, from: origin)
        return .live(SessionState.LoadedSession(record: record, token: token, isNew: false))
    }
}
