//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Foundation
import HTTPTypes
import Sessions
import SessionsHTTP
import Testing

@testable import SessionsDeviceBinding

@Suite("Responses of device binding")
struct DeviceBindingReplyTests {
    private let id = SessionID(high: 1, low: 2)

    private var instructions: DeviceSessionInstructions {
        DeviceSessionInstructions(
            sessionID: self.id,
            refreshPath: "/refresh",
            credentials: [
                .init(name: "__Host-session", attributes: "Path=/; Secure; HttpOnly; SameSite=Lax")
            ]
        )
    }

    @Test("the JSON has every name of the draft, with its defaults")
    func json() {
        #expect(
            self.instructions.json == """
                {"allowed_refresh_initiators":[],"continue":true,"credentials":[{"attributes":"Path=/; Secure; \
                HttpOnly; SameSite=Lax","name":"__Host-session","type":"cookie"}],"refresh_url":"/refresh","scope":\
                {"include_site":false,"scope_specification":[]},"session_identifier":"\(self.id)"}
                """)
    }

    @Test("the JSON has the scope, its rules in order, and the hosts that may cause refreshes")
    func scope() throws {
        var instructions = self.instructions
        instructions.origin = "https://example.com"
        instructions.includesSite = true
        instructions.rules = [.exclude(path: "/static"), .include(domain: "*.example.com", path: "/a")]
        instructions.allowedInitiators = ["*.partner.example"]
        #expect(
            instructions.json.contains(
                """
                "scope":{"include_site":true,"origin":"https://example.com","scope_specification":[{"domain":"*",\
                "path":"/static","type":"exclude"},{"domain":"*.example.com","path":"/a","type":"include"}]}
                """))
        #expect(instructions.json.contains(#""allowed_refresh_initiators":["*.partner.example"]"#))
    }

    @Test("a response is 200, 403 with a challenge, 200 that ends the session, or 503, and never cached")
    func replies() {
        let replies: [(HTTPReply, HTTPResponse.Status)] = [
            (.deviceBound(self.instructions), .ok), (.deviceChallenge("c", for: self.id), .forbidden),
            (.deviceSessionEnded, .ok), (.deviceBindingUnavailable(retryAfter: .milliseconds(1)), .serviceUnavailable),
        ]
        for (reply, status) in replies {
            #expect(reply.status == status)
            #expect(reply.headerFields[.cacheControl] == "no-store")
            #expect(reply.headerFields[.crossOriginResourcePolicy] == "same-origin")
            #expect(reply.headerFields[.setCookie] == nil)
        }
        #expect(replies[0].0.headerFields[.contentType] == "application/json")
        #expect(replies[1].0.headerFields[.secureSessionChallenge] == #""c";id="\#(self.id)""#)
        #expect(replies[1].0.body.isEmpty)
        #expect(replies[2].0.body == #"{"continue":false}"#)
        #expect(replies[3].0.headerFields[.retryAfter] == "1")
    }
}
#endif
