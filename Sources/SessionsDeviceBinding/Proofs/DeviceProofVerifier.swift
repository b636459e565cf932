//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
public import Sessions

/// Verifies the proofs of a session's device.
///
/// It is pure: it reads no clock and no store, and a proof that is verified twice is valid twice. What makes a
/// challenge single-use is the floor of ``DeviceChallenges``, which the caller raises by compare-and-set.
public struct DeviceProofVerifier: Sendable {
    private let challenges: DeviceChallenges
    private let checks: [DeviceProofCheck]

    /// Creates a verifier.
    ///
    /// - Parameter challenges: The challenges of the session.
    public init(_ challenges: DeviceChallenges) {
        self.init(challenges, checks: DeviceProofCheck.all)
    }

    init(_ challenges: DeviceChallenges, checks: [DeviceProofCheck]) {
        self.challenges = challenges
        self.checks = checks
    }

    /// Verifies the proof of a registration. Accept it only for a session that has no key yet.
    ///
    /// - Parameters:
    ///   - proof: The proof, from the header field `Secure-Session-Response`.
    ///   - authorization: The authorization that was offered, which the proof repeats. The default is nil: none.
    ///   - now: The time.
    /// - Returns: The key of the device, and the challenge, to which the session's floor is raised.
    /// - Throws: ``DeviceProofError``.
    public func verifyRegistration(
        _ proof: String,
        authorization: String? = nil,
        now: SessionInstant
    ) throws(DeviceProofError) -> (key: DevicePublicKey, challenge: DeviceChallenge) {
        let proof = try DeviceProof(proof)
        let key = proof.key
        let challenge = try self.verify(proof, for: .registration, by: key, authorization, now)
        guard let key else { throw DeviceProofError(.invalidKey) }
        return (key, challenge)
    }

    /// Verifies the proof of a refresh.
    ///
    /// - Parameters:
    ///   - proof: The proof, from the header field `Secure-Session-Response`.
    ///   - key: The key of the session's device.
    ///   - now: The time.
    /// - Returns: The challenge, to which the session's floor is raised.
    /// - Throws: ``DeviceProofError``.
    public func verifyRefresh(
        _ proof: String,
        by key: DevicePublicKey,
        now: SessionInstant
    ) throws(DeviceProofError) -> DeviceChallenge {
        try self.verify(DeviceProof(proof), for: .refresh, by: key, nil, now)
    }

    private func verify(
        _ proof: DeviceProof,
        for purpose: DeviceChallenge.Purpose,
        by key: DevicePublicKey?,
        _ authorization: String?,
        _ now: SessionInstant
    ) throws(DeviceProofError) -> DeviceChallenge {
        let context = DeviceProofCheck.Context(
            purpose: purpose,
            key: key,
            challenges: self.challenges,
            authorization: authorization,
            now: now
        )
        for check in self.checks where !check.passes(proof, context) { throw DeviceProofError(check.code) }
        guard let challenge = proof.challenge else { throw DeviceProofError(.unknownChallenge) }
        return DeviceChallenge(position: challenge.position)
    }
}
#endif
