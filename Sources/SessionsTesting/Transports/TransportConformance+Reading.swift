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
    static let readingRules: [TransportRule] = [
        TransportRule(.reading, "a request without a token has none") { subject, check in
            for fields in [subject.carrying([]), [:], [.accept: "*/*", .cookie: "theme=dark"]] {
                let reading = subject.read(fields)
                try check.expect(reading.tokens.isEmpty, "a token was read")
                try check.expect(reading.malformedCount + reading.ignoredCount, is: 0, "what else was read")
            }
        },
        TransportRule(.reading, "different tokens are all read, in the order of the request") { subject, check in
            guard subject.carriesSeveral else { return }
            let credentials = makeCredentials(3)
            try check.expect(subject.read(credentials).tokens.map(\.text), is: credentials, "tokens")
            try check.expect(
                subject.read(credentials.reversed()).tokens.map(\.text), is: credentials.reversed(), "tokens")
        },
        TransportRule(.reading, "the same token twice is one") { subject, check in
            guard subject.carriesSeveral else { return }
            let credential = makeCredentials(1)[0]
            let reading = subject.read([credential, credential])
            try check.expect(reading.tokens.map(\.text), is: [credential], "tokens")
            try check.expect(reading.ignoredCount, is: 0, "surplus")
        },
        TransportRule(.reading, "of more tokens than are looked at the first are read and the rest counted") {
            subject, check in
            guard subject.carriesSeveral else { return }
            let credentials = makeCredentials(ExtractedCredentials.limit + 3)
            let reading = subject.read(credentials)
            let expected = Array(credentials.prefix(ExtractedCredentials.limit))
            try check.expect(reading.tokens.map(\.text), is: expected, "tokens")
            try check.expect(reading.ignoredCount, is: 3, "surplus")
        },
        TransportRule(.reading, "a token is read from the field that the transport names, and from no other") {
            subject, check in
            let credential = makeCredentials(1)[0]
            let fields = subject.carrying([credential])
            let field = subject.transport.requestField
            try check.expect(
                fields.allSatisfy { $0.name == field }, "the token is carried by another field than \(field)")
            for other in fields {
                guard let name = HTTPField.Name("X-Other") else { continue }
                let elsewhere: HTTPFields = [
                    name: other.value, .authorization: "Other " + credential, .referer: "/?s=" + credential,
                ]
                let reading = subject.read(elsewhere)
                try check.expect(reading.tokens.isEmpty, "a token was read from another field")
            }
        },
    ]

    static let hostileInputRules: [TransportRule] = [
        TransportRule(.hostileInput, "what is not a token is not read, and counted") { subject, check in
            let credential = makeCredentials(1)[0]
            // Only texts that a field can carry. The server rejects other characters.
            let malformed = [
                String(credential.dropLast()), credential + "A", String(credential.dropLast()) + "=",
                String(credential.dropLast()) + "+",
                String(credential.dropLast()) + "~", credential + credential, "x",
            ]
            for malformed in malformed {
                let reading = subject.read([malformed])
                try check.expect(reading.tokens.isEmpty, "a text of \(malformed.count) characters was read as a token")
                try check.expect(reading.malformedCount, is: 1, "what was counted")
            }
        },
        TransportRule(.hostileInput, "a token beside what is none is read") { subject, check in
            guard subject.carriesSeveral else { return }
            let credential = makeCredentials(1)[0]
            for credentials in [["x", credential], [credential, "x"], ["x", credential, "y"]] {
                let reading = subject.read(credentials)
                try check.expect(reading.tokens.map(\.text), is: [credential], "tokens")
                try check.expect(reading.malformedCount, is: credentials.count - 1, "what was counted")
            }
        },
        TransportRule(.hostileInput, "fifty thousand texts are read in bounds, and the token among them") {
            subject, check in
            guard subject.carriesSeveral else { return }
            // A list of header fields holds at most 65,535 fields.
            let credentials = makeCredentials(1) + Array(repeating: "x", count: 50_000)
            let reading = subject.read(credentials)
            try check.expect(reading.tokens.map(\.text), is: [credentials[0]], "tokens")
        },
        TransportRule(.hostileInput, "several texts where there may be one are refused, and none of them is read") {
            subject, check in
            guard !subject.carriesSeveral else { return }
            let credentials = makeCredentials(2)
            for credentials in [
                credentials, [credentials[0], credentials[0]], [credentials[0], "x"],
                Array(repeating: credentials[0], count: 50_000),
            ] {
                let reading = subject.read(credentials)
                try check.expect(reading.tokens.isEmpty, "one of several tokens was read")
                try check.expect(reading.isRefused, "the request is not refused")
            }
        },
        TransportRule(.hostileInput, "any bytes at all are read without a trap") { subject, check in
            let random = DeterministicRandom(seed: 3)
            for length in 0..<200 {
                let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                let reading = subject.read([String(decoding: bytes, as: UTF8.self)])
                try check.expect(reading.tokens.isEmpty, "random bytes were read as a token")
            }
        },
    ]
}
