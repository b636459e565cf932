//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

extension TransportConformance {
    static let writingRules: [TransportRule] = [
        TransportRule(.writing, "what is handed out comes back") { subject, check in
            let credential = makeCredentials(1)[0]
            var response = HTTPFields()
            subject.transport.set(credential, subject.instruction, in: &response)
            let reading = subject.read(subject.returning(response))
            try check.expect(reading.tokens.map(\.text), is: [credential], "tokens")
        },
        TransportRule(.writing, "of two tokens in one response the second stands alone") { subject, check in
            let credentials = makeCredentials(2)
            var response = HTTPFields()
            for credential in credentials { subject.transport.set(credential, subject.instruction, in: &response) }
            try check.expect(response.count { $0.value.contains(credentials[0]) }, is: 0, "fields with the first token")
            try check.expect(
                response.count { $0.value.contains(credentials[1]) }, is: 1, "fields with the second token")
        },
        TransportRule(.writing, "after clearing nothing comes back, whatever was set before") { subject, check in
            let credential = makeCredentials(1)[0]
            var response = HTTPFields()
            subject.transport.set(credential, subject.instruction, in: &response)
            subject.transport.clear(subject.instruction, in: &response)
            try check.expect(!response.contains { $0.value.contains(credential) }, "the token is in the response")
            let reading = subject.read(subject.returning(response))
            try check.expect(reading.tokens.map(\.text), is: [], "tokens")
        },
        TransportRule(.writing, "a token that is set after clearing comes back") { subject, check in
            let credential = makeCredentials(1)[0]
            var response = HTTPFields()
            subject.transport.clear(subject.instruction, in: &response)
            subject.transport.set(credential, subject.instruction, in: &response)
            let reading = subject.read(subject.returning(response))
            try check.expect(reading.tokens.map(\.text), is: [credential], "tokens")
        },
        TransportRule(.writing, "the other fields of a response stay as they are") { subject, check in
            let credential = makeCredentials(1)[0]
            let others: HTTPFields = [.contentType: "text/html", .setCookie: "theme=dark; Path=/", .vary: "Accept"]
            var response = others
            subject.transport.set(credential, subject.instruction, in: &response)
            subject.transport.clear(subject.instruction, in: &response)
            for other in others { try check.expect(response.contains(other), "\(other.name) is gone or changed") }
        },
        TransportRule(.writing, "any age of a remembered session can be handed out") { subject, check in
            let credential = makeCredentials(1)[0]
            let ages: [Duration] = [.seconds(1), .days(400), .seconds(Int64.max), .nanoseconds(1)]
            for age in ages {
                var instruction = subject.instruction
                instruction.maxAge = age
                var response = HTTPFields()
                subject.transport.set(credential, instruction, in: &response)
                try check.expect(response.count { $0.value.contains(credential) }, is: 1, "fields with the token")
            }
        },
        TransportRule(.writing, "attributes from a record say nothing but themselves") { subject, check in
            let hostile = "evil.example; SameSite=None\r\nX-Injected: 1"
            for overrides in [SessionCookie.Overrides(domain: hostile), .init(path: "/; Domain=\(hostile)")] {
                var instruction = subject.instruction
                instruction.cookieOverrides = overrides
                var response = HTTPFields()
                subject.transport.set(makeCredentials(1)[0], instruction, in: &response)
                try check.expect(response.count { $0.value.contains("evil") }, is: 0, "fields with the attribute")
                subject.transport.clear(instruction, in: &response)
                try check.expect(response.count { $0.value.contains("evil") }, is: 0, "fields with the attribute")
            }
        },
    ]
}
