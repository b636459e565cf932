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
            carrying: { texts in HTTPFields(texts.map { HTTPField(name: self.field, value: $0) }) },
            returning: { response in
                // A client keeps what came last.
                guard let text = response[values: self.field].last, !text.isEmpty else { return [:] }
                return [self.field: text]
            }
        )
        subject.carriesSeveral = defect != .severalAreTaken
        return subject
    }

    private func has(_ defect: TransportDefect) -> Bool { self.defect == defect }

    var kind: SessionTransportKind { SessionTransportKind("test") }
    var requestField: HTTPField.Name { Self.field }

    func read(_ request: SessionRequest, into reading: inout ExtractedCredentials) {
        var texts = request.headerFields[values: Self.field]
        if self.has(.absenceIsMalformed), texts.isEmpty { texts = [""] }
        if self.has(.orderIsReversed), texts.count <= ExtractedCredentials.limit { texts.reverse() }
        if self.has(.repetitionIsRefused), texts.count == 2, texts[0] == texts[1] { texts = [] }
        if self.has(.surplusIsNotCounted) { texts = Array(texts.prefix(ExtractedCredentials.limit)) }
        if self.has(.refererIsRead), let referer = request.headerFields[.referer] {
            texts += referer.split(separator: "=").map(String.init)
        }
        if self.has(.givesUpOnMany), texts.count > 10_000 { texts = [] }
        for text in texts {
            var text = text
            if self.has(.plainBase64IsTaken) { text = String(text.map { $0 == "+" ? "-" : $0 }) }
            if self.has(.longTextsAreFolded), text.utf8.count > 130 {
                text = String(text.utf8.prefix(64).map { _ in "A" })
            }
            reading.add(Array(text.utf8))
            if self.has(.stopsAtTheMalformed), reading.malformedCount > 0 { break }
        }
    }

    func set(_ text: String, _ instruction: CredentialDelivery, in response: inout HTTPFields) {
        if self.has(.longAgesAreDropped), let maxAge = instruction.maxAge, maxAge > .days(400) { return }
        if self.has(.setIsTooLate), response[Self.field] == "" { return }
        if self.has(.othersAreSweptAway) { response[.setCookie] = nil }
        if self.has(.attributesAreCopied), let path = instruction.cookieOverrides?.path {
            response[.contentLocation] = path
        }
        if self.has(.firstFieldIsQuoted), response.isEmpty {
            response[Self.field] = "'\(text)'"
        } else if self.has(.tokensPileUp), response[Self.field] != "" {
            response.append(HTTPField(name: Self.field, value: text))
        } else {
            response[Self.field] = text
        }
    }

    func clear(_ instruction: CredentialDelivery, in response: inout HTTPFields) {
        if self.has(.clearIsTooLate), response[Self.field] != nil { return }
        response[Self.field] = ""
    }
}
#endif
