//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Fuzzing
import HTTPTypes
import Sessions
import TestSupport
import Testing

@testable import SessionsDeviceBinding

@Suite("Fuzzing of proofs")
struct DeviceProofFuzzTests {
    @Test("no proof but the device's own is accepted, whatever the bytes")
    func proofs() throws {
        let session = try BoundSession()
        let good = try session.device.refresh(session.challenge(for: .refresh))
        let registration = try session.device.registration(session.challenge(for: .registration))
        let fuzzer = Fuzzer(
            corpus: [good, "\"\(good)\"", "\"\(good)\";a=1", registration, "..", "e30.e30.AA"].map { Array($0.utf8) },
            interesting: "eyJ.\"\\;=-_AQ,"
        )
        fuzzer.run("the verifier of proofs") { bytes in
            guard let value = String(validating: bytes, as: UTF8.self), HTTPField.isValidValue(value) else { return }
            let fields: HTTPFields = [.secureSessionResponse: value]
            guard let text = try? DeviceBindingField.proof(in: fields) else { return }
            let found = session.verify(text, for: .refresh)
            #expect((found == nil) == (text == good), "\(text)")
            #expect(session.verify(text, for: .registration) != nil)
        }
    }

    @Test("a JSON object is read or rejected, whatever the bytes")
    func objects() {
        let fuzzer = Fuzzer(
            corpus: [
                #"{"alg":"ES256","typ":"dbsc+jwt","jwk":{"kty":"EC"}}"#, #"{"a":[{"b":"\":"}],"c":"\\"}"#, "{}",
            ].map { Array($0.utf8) },
            interesting: #"{}[]":,\u0019tfn"#
        )
        fuzzer.run("the objects of proofs") { bytes in
            guard let object = ProofObject(bytes) else { return }
            #expect(bytes.allSatisfy { $0 < 0x7F })
            _ = object.hasUniqueNames
        }
    }
}
#endif
