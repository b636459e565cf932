//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import Testing

@testable import SessionsExpress

@Suite("Texts of JSON")
struct JSONTextTests {
    @Test("any value that JavaScript can write survives a change of another key, byte for byte")
    func survival() throws {
        var texts = JSONTexts(seed: 11)
        for _ in 0..<3_000 {
            let members = (0..<Int.random(in: 0...8, using: &texts.random)).map { _ in
                (texts.name(), texts.value(depth: 4))
            }
            let text = "{" + members.map { "\($0):\($1)" }.joined(separator: ",") + "}"
            var object = try #require(JSONObjectText(Array(text.utf8)), "\(text)")
            #expect(object.bytes == Array(text.utf8))
            object["set by Swift"] = Array("[1]".utf8)
            let added = members.isEmpty ? "" : ","
            let after = text.dropLast() + added + #""set by Swift":[1]}"#
            try #require(String(decoding: object.bytes, as: UTF8.self) == after)
            object["set by Swift"] = nil
            try #require(String(decoding: object.bytes, as: UTF8.self) == text)
        }
    }

    @Test("of several members of one name the last counts and changes, and all of them go")
    func duplicates() throws {
        let text = #"{"a":1,"b":2,"a":3,"__proto__":{"x":1},"\u0061":4}"#
        var object = try #require(JSONObjectText(Array(text.utf8)))
        #expect(object["a"] == Array("4".utf8))
        object["a"] = Array("5".utf8)
        #expect(String(decoding: object.bytes, as: UTF8.self) == text.replacing(#""\u0061":4"#, with: #""\u0061":5"#))
        object["a"] = nil
        #expect(String(decoding: object.bytes, as: UTF8.self) == #"{"b":2,"__proto__":{"x":1}}"#)
    }

    @Test("strings are read as JavaScript reads them, but for half a surrogate pair")
    func strings() {
        let known = [
            (#""""#, ""), (#""a\"\\\/\b\f\n\r\té""#, "a\"\\/\u{8}\u{C}\n\r\té"), (#""\u00e9\u20AC""#, "é€"),
            (#""\ud83d\ude00 and 😀""#, "😀 and 😀"), (#""a\u0000b""#, "a\0b"),
        ]
        for (literal, text) in known { #expect(JSONString.decode(Array(literal.utf8)) == text) }
        for literal in [#""\ud83d""#, #""a\udE00b""#, #""\ude00\ud83d""#] {
            #expect(JSONString.decode(Array(literal.utf8)) == nil)
            #expect(JSONScanner.isValue(Array(literal.utf8)))
        }
    }

    @Test(
        "what is no JSON is no object, whatever it is",
        arguments: [
            "", " ", "{", "}", "[]", "null", "1", #""a""#, #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{"a":1}x"#,
            #"{"a":01}"#, #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":+1}"#, #"{"a":1e}"#, #"{"a":tru}"#, #"{"a":[1,]}"#,
            #"{"a":[1}"#, #"{"a":{"b":1]}"#, #"{"a":"\x"}"#, #"{"a":"\u12g4"}"#, "{\"a\":\"\n\"}", #"{"a":"b}"#,
            #"{,}"#,
            #"{"a":NaN}"#, #"{"a":-}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#,
        ]
    )
    func noObjects(text: String) {
        #expect(JSONObjectText(Array(text.utf8)) == nil)
    }

    @Test("bytes that are cut off, flipped or nested a million deep are read or refused, and nothing traps")
    func hostile() {
        let text = Array(#"{"a":[1,{"b":"\u00e9é"},null,-1.5e+10],"cookie":{"path":"/"},"x":"y"}"#.utf8)
        for count in 0..<text.count { #expect(JSONObjectText(Array(text[..<count])) == nil) }
        var random = DeterministicRandom(seed: 3)
        for _ in 0..<20_000 {
            var damaged = text
            damaged[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            guard let object = JSONObjectText(damaged) else { continue }
            #expect(object.bytes == damaged)
            for name in object.names { _ = object[name].flatMap { SessionValue(jsonText: $0) } }
        }
        let deep = Array(#"{"a":"#.utf8) + Array(repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(JSONObjectText(deep) == nil)
        #expect(
            JSONObjectText(deep + Array(repeating: UInt8(ascii: "]"), count: 1_000_000) + [UInt8(ascii: "}")]) != nil)
    }

    @Test("numbers are exact, or stay as they were written")
    func numbers() {
        #expect(SessionValue(jsonText: Array("42".utf8)) == .integer(42))
        #expect(SessionValue(jsonText: Array("-9223372036854775808".utf8)) == .integer(.min))
        #expect(SessionValue(jsonText: Array("0.1".utf8)) == .double(0.1))
        for text in ["9223372036854775808", "-0", "1E400", "123456789012345678901234567890", "1.10", "12e1"] {
            #expect(SessionValue(jsonText: Array(text.utf8)) == .json(Array(text.utf8)))
        }
        #expect(SessionValue(jsonText: Array("null".utf8)) == nil)
    }
}
