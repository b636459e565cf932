//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Whether the session is bound to the device on which it began. Its cookie is then short-lived, and the browser
    /// renews it by proof.
    public var isDeviceBound: Bool { self.withAccessedState { $0.live?.record.isDeviceBound ?? false } }

    /// Requires a session that is bound to a device, if the policy asks for it
    /// (``SessionConfiguration/deviceBinding``). Use it for operations that a thief of a cookie would want.
    ///
    /// Unless the policy is `.required` and selects the request, a session that is not bound passes, and the event
    /// ``SessionEvent/Kind/unboundUse`` says what would have been rejected.
    ///
    /// - Throws: ``SessionError``: `deviceNotBound`; `notAuthenticated` when no one is logged in; `storeUnavailable`;
    ///   or `configuration` if the policy is `.off`, because then it would protect nothing.
    public func requireDeviceBound() throws(SessionError) {
        guard let options = self.engine.environment.configuration.deviceBinding.options else {
            throw .configuration("requireDeviceBound() protects nothing: set configuration.deviceBinding.")
        }
        try self.requireAuthenticated()
        guard !self.isDeviceBound else { return }
        let live = self.withState { $0.live?.record }
        let isRequired = options.isRequired?(self.request) == true
        self.report(
            .unboundUse, .notBound, live?.id, subject: live?.subject, action: isRequired ? .refused : .accepted)
        if isRequired { throw .deviceNotBound }
    }

    /// What the session keeps of its device, for `SessionsDeviceBinding`; nil if no registration was offered.
    package var deviceBinding: DeviceBinding? { self.withAccessedState { $0.live?.record.deviceBinding } }

    /// The cookie of the session without its value, as browsers compare it.
    package var cookieForBinding: SessionCookie {
        self.cookieForBinding(of: self.withAccessedState { $0.live?.record })
    }

    private func cookieForBinding(of record: SessionRecord?) -> SessionCookie {
        self.engine.environment.configuration.cookie(for: self.request, with: record?.cookieOverrides)
    }

    /// The options of the engine's sessions, for `SessionsDeviceBinding`.
    package var engineConfiguration: SessionConfiguration { self.engine.configuration }

    /// Binds the session to a device. Its secret is replaced at once by one with the lifetime of a bound cookie. The
    /// former one, which parallel requests of the page still have, opens the session for a short while.
    ///
    /// - Parameter verify: Verifies the proof with what the session keeps, perhaps several times. Nil rejects it.
    /// - Returns: False when the proof was rejected, the session is already bound, or no registration was offered.
    /// - Throws: ``SessionError``: `responseStarted`, `storeUnavailable` or `contention`.
    package func bindDevice(
        _ verify: (SessionID, DeviceBinding) -> (publicKey: [UInt8], position: SessionInstant)?
    ) async throws -> Bool {
        var isBound = false
        try await self.requiringOpenResponse("The registration of a device") {
            guard let live = self.withAccessedState({ $0.live }), !live.isNew else { return }
            let configuration = self.engine.configuration
            let now = configuration.clock.now
            let secret = SessionSecret(random: configuration.random)
            do {
                let result = try await self.engine.driver.update(live, for: self.request) { record in
                    guard var binding = record.deviceBinding, binding.device == nil, record.isAuthenticated,
                        let proof = verify(record.id, binding)
                    else { throw DeviceProofRejection(binding: nil) }
                    binding.floor = proof.position
                    binding.device = .init(publicKey: proof.publicKey, boundAt: now, provenAt: now)
                    let former = SessionRecord.PreviousSecret(
                        hash: record.secretHash,
                        validUntil: now + SessionRenewal.never.grace,
                        nonce: configuration.random.next()
                    )
                    try record.replaceSecret(with: secret, now: now)
                    record.previousSecret = former
                    record.deviceBinding = binding
                }
                guard case .written(let record) = result else { return }
                let token = SessionToken(id: record.id, secret: secret)
                self.continueWith(SessionState.LoadedSession(record: record, token: token, isNew: false))
                self.report(.deviceBound, nil, record.id, subject: record.subject)
                isBound = true
            } catch is DeviceProofRejection {
                return
            }
        }
        return isBound
    }

    /// Refreshes the cookie of a bound session by a proof. The cookie of the request may have expired.
    ///
    /// - Parameters:
    ///   - id: The session that the browser names.
    ///   - verify: Verifies the proof with what the session keeps, perhaps several times, and gives the position of its
    ///     challenge. Nil rejects it.
    /// - Throws: ``SessionError``: `responseStarted`, `storeUnavailable` or `contention`.
    package func refreshDevice(
        _ id: SessionID,
        _ verify: @escaping (DeviceBinding, DeviceBinding.Device) -> SessionInstant?
    ) async throws -> DeviceRefresh {
        var refresh = DeviceRefresh.ended
        try await self.requiringOpenResponse("A refresh") {
            try self.requireAttachedOrEnded()
            let live = self.withAccessedState { $0.live }
            // The cookie is that of another session, which the refreshed one would replace.
            if let live, live.record.id != id { return }
            // A login or a re-authentication may come in between, and the newest record is read again.
            for _ in 0..<8 {
                guard let record = try await self.engine.driver.deviceBoundRecord(id) else { return }
                let operation = DeviceRefreshOperation(presented: live?.token, self.engine.configuration, verify)
                do {
                    let outcome = try await operation.run(record, by: self.engine.driver, for: self.request)
                    if case .superseded = outcome { continue }
                    guard case .renewed(let refreshed) = outcome else {
                        refresh = .refreshedMeanwhile(self.cookieForBinding(of: record))
                        return
                    }
                    self.withState { state in
                        // The refresh is no use of the session.
                        state.isPassive = true
                        state.transport = self.engine.transports.firstIndex { $0.kind == .cookie } ?? state.transport
                    }
                    self.continueWith(refreshed)
                    self.report(.deviceRefreshed, nil, id, subject: record.subject)
                    refresh = .refreshed
                } catch let rejection as DeviceProofRejection {
                    refresh = rejection.binding.map { .unproven($0) } ?? .ended
                }
                return
            }
            throw SessionError.contention(id, retryAfter: self.engine.environment.configuration.retryAfter)
        }
        return refresh
    }

    /// - Throws: `storeUnavailable`, when the session of the cookie could not be read.
    private func requireAttachedOrEnded() throws {
        if case .detached(.storeUnavailable(let error)) = self.withState({ $0.status }) { throw error }
    }
}

/// A proof that is rejected: nothing is written.
struct DeviceProofRejection: Error {
    /// The binding that the next challenge is for; nil if there is none.
    let binding: DeviceBinding?
}
