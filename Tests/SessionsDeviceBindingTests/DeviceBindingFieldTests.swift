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
import Testing

@testable import SessionsDeviceBinding

@Suite("Header fields of device binding")
struct DeviceBindingFieldTests {
    private let id = SessionID(high: 1, low: 2)

    @Test(
        "a value is read bare and quoted, and its parameters are ignored",
        arguments: ["a.b-c_d", "\"a.b-c_d\"", "\"a.b-c_d\";x=1", "\"a.b-c_d\"; y=\"2\"", " \"a.b-c_d\" "])
    func readsBothForms(_ value: String) throws {
        #expect(try DeviceBindingField.proof(in: [.secureSessionResponse: value]) == "a.b-c_d")
    }

    @Test(
        "anything else is rejected",
        arguments: [
            "", "a b", "a, b", "\"a\", \"b\"", "\"a", "\"a\"b", "a;x=1", "\"a\\\"", "?1", "1.5x;", ":AA==:", "'a'",
            "a\"", "é",
        ])
    func rejects(_ value: String) {
        #expect(throws: DeviceProofError(.malformedField)) {
            try DeviceBindingField.proof(in: [.secureSessionResponse: value])
        }
    }

    @Test("two fields are rejected, and none is none")
    func count() throws {
        var fields: HTTPFields = [:]
        #expect(try DeviceBindingField.proof(in: fields) == nil)
        fields.append(HTTPField(name: .secureSessionResponse, value: "a"))
        #expect(try DeviceBindingField.proof(in: fields) == "a")
        fields.append(HTTPField(name: .secureSessionResponse, value: "a"))
        #expect(throws: DeviceProofError(.malformedField)) { try DeviceBindingField.proof(in: fields) }
    }

    @Test("a field of 1 MB is rejected in both forms", arguments: BoundSession.Form.allCases)
    func size(_ form: BoundSession.Form) {
        let fields: HTTPFields = [.secureSessionResponse: form.field(String(repeating: "a", count: 1_000_000))]
        #expect(throws: DeviceProofError(.malformedField)) { try DeviceBindingField.proof(in: fields) }
        let others: HTTPFields = [.secureSessionID: form.field(String(repeating: "a", count: 1_000_000))]
        #expect(throws: DeviceProofError(.malformedField)) { try DeviceBindingField.sessionID(in: others) }
        let skipped: HTTPFields = [.secureSessionSkipped: String(repeating: "unreachable, ", count: 100_000) + "a"]
        #expect(SkippedRefresh.all(in: skipped).isEmpty)
    }

    @Test("the id of a session is read in both forms", arguments: BoundSession.Form.allCases)
    func sessionID(_ form: BoundSession.Form) throws {
        #expect(try DeviceBindingField.sessionID(in: [.secureSessionID: form.field("\(self.id)")]) == self.id)
        #expect(try DeviceBindingField.sessionID(in: [:]) == nil)
        #expect(throws: DeviceProofError(.malformedField)) {
            try DeviceBindingField.sessionID(in: [.secureSessionID: form.field("\(self.id)a")])
        }
    }

    @Test("the fields that browsers read are written as the draft shows them")
    func writes() {
        #expect(
            DeviceBindingField.registration(path: "/dbsc/register", challenge: "cv", authorization: "ac")
                == #"(ES256);path="/dbsc/register";challenge="cv";authorization="ac""#)
        #expect(
            DeviceBindingField.registration(path: "/r", challenge: "cv") == #"(ES256);path="/r";challenge="cv""#)
        #expect(DeviceBindingField.challenge("c1", for: self.id) == #""c1";id="\#(self.id)""#)
    }

    @Test("a value that is no string of a header field is not written")
    func writesNothingElse() {
        #expect(DeviceBindingField.registration(path: "/r\r\nSet-Cookie: a=b", challenge: "c") == nil)
        #expect(DeviceBindingField.challenge("é", for: self.id) == nil)
    }

    @Test("reasons for refreshes that were not made are read, and what is malformed is left out")
    func skipped() {
        let fields: HTTPFields = [
            .secureSessionSkipped:
                #"unreachable;session_identifier="\#(self.id)", quota_exceeded;session_identifier="456", new, "text""#
        ]
        #expect(
            SkippedRefresh.all(in: fields) == [
                SkippedRefresh(reason: .unreachable, sessionID: self.id),
                SkippedRefresh(reason: .quotaExceeded, sessionID: nil),
                SkippedRefresh(reason: .other, sessionID: nil),
            ])
        #expect(SkippedRefresh.all(in: [.secureSessionSkipped: "(((("]).isEmpty)
        #expect(SkippedRefresh.all(in: [:]).isEmpty)
    }
}
#endif
