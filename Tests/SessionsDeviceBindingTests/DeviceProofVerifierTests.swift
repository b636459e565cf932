//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Crypto
import Foundation
import HTTPTypes
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsDeviceBinding

@Suite("Proofs of devices")
struct DeviceProofVerifierTests {
    @Test("a registration gives the key of the device", arguments: BoundSession.Form.allCases)
    func registration(_ form: BoundSession.Form) throws {
        let session = try BoundSession()
        let challenge = session.challenge(for: .registration)
        let proof = try session.device.registration(challenge, authorization: BoundSession.authorization)
        #expect(session.verify(proof, for: .registration, as: form) == nil)

        let verified = try DeviceProofVerifier(session.challenges).verifyRegistration(
            proof,
            authorization: BoundSession.authorization,
            now: session.now
        )
        #expect(verified.key.rawRepresentation == session.device.x + session.device.y)
        #expect(verified.challenge.position == session.now)
    }

    @Test("a refresh gives the challenge, in both forms of the field", arguments: BoundSession.Form.allCases)
    func refresh(_ form: BoundSession.Form) throws {
        let session = try BoundSession()
        let proof = try session.device.refresh(session.challenge(for: .refresh))
        #expect(session.verify(proof, for: .refresh, as: form) == nil)
    }

    @Test("a hostile proof is rejected", arguments: HostileProof.all, BoundSession.Form.allCases)
    func hostile(_ hostile: HostileProof, _ form: BoundSession.Form) throws {
        let (session, proof) = try hostile.prepare()
        let found = session.verify(proof, for: hostile.purpose, as: form)
        #expect(found == hostile.code)
    }

    @Test("a verifier without one of its checks accepts a hostile proof", arguments: DeviceProofCheck.all.indices)
    func mutant(_ index: Int) throws {
        let accepted = try HostileProof.all.filter { hostile in
            let (session, proof) = try hostile.prepare()
            return session.verify(proof, for: hostile.purpose, without: index) == nil
        }
        #expect(!accepted.isEmpty, "the check that \(DeviceProofCheck.all[index].name) is not needed")
    }

    @Test("several challenges are valid at once; one that is used ends itself and those before it")
    func floor() throws {
        let session = try BoundSession()
        let times = (1...3).map { session.now + .seconds($0) }
        let proofs = try times.map { try session.device.refresh(session.challenge(for: .refresh, at: $0)) }
        let key = try #require(DevicePublicKey(rawRepresentation: session.device.x + session.device.y))
        let now = session.now + .seconds(10)
        for proof in proofs {
            _ = try DeviceProofVerifier(session.challenges).verifyRefresh(proof, by: key, now: now)
        }

        let used = try DeviceProofVerifier(session.challenges).verifyRefresh(proofs[1], by: key, now: now)
        let raised = try session.challenges(floor: used.position)
        for proof in proofs[...1] {
            #expect(throws: DeviceProofError(.usedChallenge)) {
                try DeviceProofVerifier(raised).verifyRefresh(proof, by: key, now: now)
            }
        }
        _ = try DeviceProofVerifier(raised).verifyRefresh(proofs[2], by: key, now: now)
    }

    @Test("a challenge that is made at the time of the last use is valid")
    func clockThatDoesNotMove() throws {
        let session = try BoundSession()
        let challenges = try session.challenges(floor: session.now)
        let key = try #require(DevicePublicKey(rawRepresentation: session.device.x + session.device.y))
        let proof = try session.device.refresh(challenges.next(for: .refresh, now: session.now))
        let used = try DeviceProofVerifier(challenges).verifyRefresh(proof, by: key, now: session.now)
        #expect(used.position > session.now)
    }

    @Test("challenges differ, and consist of characters that need no quotes")
    func challengeText() throws {
        let session = try BoundSession()
        let challenges = (0..<1_000).map { _ in session.challenge(for: .refresh) }
        #expect(Set(challenges).count == 1_000)
        for challenge in challenges {
            #expect(challenge.utf8.count == 76)
            #expect(challenge.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
        }
    }

    @Test("a key of the wrong length makes no challenges", arguments: [0, 16, 31, 33])
    func shortKey(_ count: Int) {
        let key = [UInt8](repeating: 7, count: count)
        #expect(DeviceChallenges(of: SessionID(high: 1, low: 2), key: key, floor: .distantPast) == nil)
    }

    @Test("no description has a key")
    func descriptions() throws {
        let session = try BoundSession()
        var text = ""
        dump(session.challenges, to: &text)
        #expect(!text.contains("SymmetricKey") && !"\(session.challenges)".contains("SymmetricKey"))
        #expect("\(session.challenges)".contains("\(session.id)"))
    }

    @Test("the signature of RFC 7515, appendix A.3, is its key's, and no other text's")
    func standardVector() throws {
        let x = try #require(Base64URL.decode(Array("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU".utf8)))
        let y = try #require(Base64URL.decode(Array("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0".utf8)))
        let key = try #require(DevicePublicKey(rawRepresentation: x + y))
        let signed = """
            eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
            cGxlLmNvbS9pc19yb290Ijp0cnVlfQ
            """
        let signature = try #require(
            Base64URL.decode(
                Array(
                    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q".utf8
                )
            )
        )
        #expect(key.isValid(signature: signature, for: Array(signed.utf8)))
        #expect(!key.isValid(signature: signature, for: Array(signed.dropLast().utf8)))
    }
}
#endif
