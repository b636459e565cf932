//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import HTTPTypes
import Sessions
import SessionsTesting

/// Tokens in a field of their own, with one mistake, or none. An empty field is a cleared token.
struct DefectiveTransport: SessionTransport {
    static let field = HTTPField.Name("X-Session") ?? .from

    let defect: TransportDefect?

    static func underTest(_ defect: TransportDefect?) -> TransportUnderTest {
        var subject = TransportUnderTest(
            DefectiveTransport(defect: defect),
            carrying: { credentials in HTTPFields(credentials.map { HTTPField(name: self.field, value: $0) }) },
            returning: { response in
                // A client keeps what came last.
                guard let credential = response[values: self.field].last, !credential.isEmpty else { return [:] }
                return [self.field: credential]
            }
        )
        subject.carriesSeveral = defect != .severalAreTaken
        return subject
    }

    private func has(_ defect: TransportDefect) -> Bool { self.defect == defect }

    var kind: SessionTransportKind { SessionTransportKind("test") }
    var requestField: HTTPField.Name { Self.field }

    func read(_ request: SessionRequest, into reading: inout ExtractedCredentials) {
        var credentials = request.headerFields[values: Self.field]
        if self.has(.absenceIsMalformed), credentials.isEmpty { credentials = [""] }
        if self.has(.orderIsReversed), credentials.count <= ExtractedCredentials.limit { credentials.reverse() }
        if self.has(.repetitionIsRefused), credentials.count == 2, credentials[0] == credentials[1] { credentials = [] }
        if self.has(.surplusIsNotCounted) { credentials = Array(credentials.prefix(ExtractedCredentials.limit)) }
        if self.has(.refererIsRead), let referer = request.headerFields[.referer] {
            credentials += referer.split(separator: "=").map(String.init)
        }
        if self.has(.givesUpOnMany), credentials.count > 10_000 { credentials = [] }
        for credential in credentials {
            var credential = credential
            if self.has(.plainBase64IsTaken) { credential = String(credential.map { $0 == "+" ? "-" : $0 }) }
            if self.has(.longTextsAreFolded), credential.utf8.count > 130 {
                credential = String(credential.utf8.prefix(64).map { _ in "A" })
            }
            reading.add(Array(credential.utf8))
            if self.has(.stopsAtTheMalformed), reading.malformedCount > 0 { break }
        }
    }

    func set(_ credential: String, _ instruction: CredentialDelivery, in response: inout HTTPFields) {
        if self.has(.longAgesAreDropped), let maxAge = instruction.maxAge, maxAge > .days(400) { return }
        if self.has(.setIsTooLate), response[Self.field] == "" { return }
        if self.has(.othersAreSweptAway) { response[.setCookie] = nil }
        if self.has(.attributesAreCopied), let path = instruction.cookieOverrides?.path {
            response[.contentLocation] = path
        }
        if self.has(.firstFieldIsQuoted), response.isEmpty {
            response[Self.field] = "'\(credential)'"
        } else if self.has(.tokensPileUp), response[Self.field] != "" {
            response.append(HTTPField(name: Self.field, value: credential))
        } else {
            response[Self.field] = credential
        }
    }

    func clear(_ instruction: CredentialDelivery, in response: inout HTTPFields) {
        if self.has(.clearIsTooLate), response[Self.field] != nil { return }
        response[Self.field] = ""
    }
}
#endif
