//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Renews the secret of a bound session by a proof.
///
/// Refreshes of one session may arrive in parallel, from several tabs or after a lost reply. Those with the same cookie
/// get the same secret. Those without one, because it has expired, cannot be distinguished: the first gets a secret and
/// one more gets another, so that one reply may be lost, and both open the session. Further ones get none. A third
/// secret would retire the first, which may be the one that the browser keeps.
struct DeviceRefreshOperation {
    enum Outcome {
        /// The session with the token to deliver.
        case renewed(SessionState.LoadedSession)
        /// Parallel refreshes have just renewed it. There is no token to deliver.
        case renewedMeanwhile
        /// Another login came in between.
        case superseded
    }

    /// What ``SessionRecord/PreviousSecret/nonce`` is for a secret whose successor was not derived from it, and which
    /// another one replaced at once.
    private static let siblingNonce: UInt64 = 0

    private let presented: SessionToken?
    private let configuration: SessionConfiguration
    private let verify: (DeviceBinding, DeviceBinding.Device) -> SessionInstant?

    /// - Parameters:
    ///   - presented: The token of the request, if its cookie has not expired.
    ///   - configuration: The options.
    ///   - verify: Verifies the proof, and gives the position of its challenge. Nil rejects it.
    init(
        presented: SessionToken?,
        _ configuration: SessionConfiguration,
        _ verify: @escaping (DeviceBinding, DeviceBinding.Device) -> SessionInstant?
    ) {
        self.presented = presented
        self.configuration = configuration
        self.verify = verify
    }

    /// The time within which refreshes are parallel: 5 seconds, or less for a cookie that lives less than 20.
    private var parallelTime: Duration {
        min(.seconds(5), (self.configuration.deviceBinding.options?.cookieLifetime ?? .zero) / 4)
    }

    /// - Throws: ``DeviceProofRejection``, or what the driver throws.
    func run(
        _ record: SessionRecord,
        by driver: any BackendDriver,
        for request: SessionRequest
    ) async throws -> Outcome {
        let token = self.presented ?? .placeholder(record.id)
        let live = SessionState.LoadedSession(record: record, token: token, isNew: false)
        let now = self.configuration.clock.now
        var newest: SessionToken?
        let result = try await driver.update(live, for: request) { newest = try self.apply(to: &$0, now: now) }
        guard case .written(let written) = result else { return .superseded }
        return newest.map { .renewed(.init(record: written, token: $0, isNew: false)) } ?? .renewedMeanwhile
    }

    /// Changes a record, and again each newer one.
    ///
    /// - Returns: The token to deliver, if there is one.
    private func apply(to record: inout SessionRecord, now: SessionInstant) throws -> SessionToken? {
        guard var binding = record.deviceBinding, var device = binding.device else {
            throw DeviceProofRejection(binding: nil)
        }
        guard let position = self.verify(binding, device) else { throw DeviceProofRejection(binding: binding) }
        // The challenge is used, and so are those made before it.
        binding.floor = max(binding.floor, position)
        defer { record.deviceBinding = binding }
        let isParallel = now < device.provenAt + self.parallelTime
        if isParallel {
            if let presented, let token = record.newestToken(for: presented, now: now) { return token }
            if record.previousSecret?.nonce == Self.siblingNonce { return nil }
        }
        let former = SessionRecord.PreviousSecret(
            hash: record.secretHash,
            // A browser may not get the response, and has the former cookie until it expires.
            validUntil: self.configuration.deviceBinding.acceptanceEnd(provenAt: device.provenAt),
            nonce: isParallel ? Self.siblingNonce : self.configuration.random.next()
        )
        let secret = self.secret(after: record, nonce: former.nonce, now: now)
        try record.replaceSecret(with: secret, now: now)
        record.previousSecret = former
        // The time of a sibling is that of the first, or else a steady stream of refreshes would be parallel forever.
        if !isParallel { device.provenAt = now }
        binding.device = device
        return SessionToken(id: record.id, secret: secret)
    }

    /// Parallel refreshes that present the same cookie get the same secret. One that presents none gets a random one.
    private func secret(after record: SessionRecord, nonce: UInt64, now: SessionInstant) -> SessionSecret {
        guard let presented, case .current = record.match(of: presented.secretHash, now: now) else {
            return SessionSecret(random: self.configuration.random)
        }
        return presented.secret.successor(nonce: nonce)
    }
}
