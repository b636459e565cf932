//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Testing

@testable import Sessions

@Suite("Cookie fields")
struct CookieHeaderTests {
    private func values(_ name: String = "__Host-id", in headers: String...) -> [String] {
        var fields = HTTPFields()
        for header in headers { fields.append(HTTPField(name: .cookie, value: header)) }
        var values: [String] = []
        CookieHeader.forEachValue(of: name, in: fields) { values.append(String(decoding: $0, as: UTF8.self)) }
        return values
    }

    @Test("values are found wherever they stand, in order")
    func positions() {
        #expect(self.values(in: "__Host-id=a") == ["a"])
        #expect(self.values(in: "x=1; __Host-id=a; y=2") == ["a"])
        #expect(self.values(in: "__Host-id=a;__Host-id=b ; \t__Host-id=c") == ["a", "b", "c"])
        #expect(self.values(in: "") == [])
        #expect(self.values(in: ";;; ;") == [])
    }

    @Test("several Cookie fields are one list")
    func severalFields() {
        #expect(self.values(in: "__Host-id=a", "x=1", "__Host-id=b") == ["a", "b"])
    }

    @Test("a value is taken as it stands: equals signs, quotation marks, percent signs")
    func verbatim() {
        #expect(self.values(in: "__Host-id=a=b==") == ["a=b=="])
        #expect(self.values(in: #"__Host-id="a""#) == [#""a""#])
        #expect(self.values(in: "__Host-id=%61") == ["%61"])
        #expect(self.values(in: "__Host-id=") == [""])
    }

    @Test(
        "a look-alike is not our cookie",
        arguments: [
            "%5F%5FHost-id=x", "..Host-id=x", "__host-id=x", "__HOST-ID=x", "\u{2000}__Host-id=x", "\u{A0}__Host-id=x",
            "__Host-id\u{200B}=x", "__Host.id=x", "\u{FEFF}__Host-id=x",
            "\u{85}__Host-id=x", "\u{FF3F}\u{FF3F}Host-id=x", "+__Host-id=x", "$__Host-id=x", "\"__Host-id\"=x",
            "__Host_id=x", "x__Host-id=x", "__Host-id2=x",
        ]
    )
    func lookAlikes(header: String) {
        #expect(self.values(in: header) == [])
    }

    @Test("a pair without a name, or without an equals sign, is no one's (CVE-2023-23934)")
    func nameless() {
        #expect(self.values(in: "=__Host-id=evil") == [])
        #expect(self.values(in: "__Host-id") == [])
        #expect(self.values(in: " = __Host-id=evil; __Host-id=a") == ["a"])
    }

    @Test("old quoting rules are not obeyed: a semicolon always ends a pair (cookie sandwich)")
    func sandwich() {
        #expect(self.values(in: #"$Version=1; a="x; __Host-id=b; c=y""#) == ["b"])
    }

    @Test("any bytes pass without a trap")
    func anyBytes() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("=; \t\"\0\r\n\u{FF}__Host-id".utf8)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            bytes.withUnsafeBufferPointer { bytes in
                Array("__Host-id".utf8).withUnsafeBufferPointer { name in
                    CookieHeader.forEachValue(of: name, in: bytes) { value in
                        #expect(!value.contains(UInt8(ascii: ";")))
                    }
                }
            }
        }
    }
}
