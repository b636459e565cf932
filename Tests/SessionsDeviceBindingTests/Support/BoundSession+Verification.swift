//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import Sessions
import TestSupport

@testable import SessionsDeviceBinding

extension BoundSession {
    /// Reads a proof from the fields of a request, and verifies it.
    ///
    /// - Returns: The code of the rejection; nil for a proof that is accepted.
    func verify(
        _ proof: String,
        for purpose: DeviceChallenge.Purpose,
        as form: Form = .bare,
        without removed: Int? = nil
    ) -> DeviceProofError.Code? {
        let checks = DeviceProofCheck.all.enumerated().filter { $0.offset != removed }.map(\.element)
        let verifier = DeviceProofVerifier(self.challenges, checks: checks)
        do throws(DeviceProofError) {
            let fields: HTTPFields = [.secureSessionResponse: form.field(proof)]
            guard let text = try DeviceBindingField.proof(in: fields) else { return .malformedField }
            if purpose == .registration {
                _ = try verifier.verifyRegistration(text, authorization: Self.authorization, now: self.now)
            } else {
                guard let key = DevicePublicKey(rawRepresentation: self.device.x + self.device.y) else {
                    return .invalidKey
                }
                _ = try verifier.verifyRefresh(text, by: key, now: self.now)
            }
            return nil
        } catch {
            return error.code
        }
    }
}
#endif
