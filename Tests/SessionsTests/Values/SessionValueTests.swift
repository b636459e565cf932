//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import Testing

@testable import Sessions

@Suite("Encoded values")
struct SessionValueTests {
    private func roundTrip<Value: Codable & Equatable>(_ value: Value) throws -> Bool {
        var writer = ByteWriter()
        try ValueCoding.encode(value).write(to: &writer)
        var reader = ByteReader(writer.bytes)
        let read = try #require(SessionValue(from: &reader))
        let decoded: Value = try ValueCoding.decode(read)
        return reader.isAtEnd && decoded == value
    }

    @Test("values of every kind come back")
    func roundTrips() throws {
        #expect(try self.roundTrip(Int.min) && self.roundTrip(Int.max) && self.roundTrip(0) && self.roundTrip(-1))
        #expect(try self.roundTrip(Int64.min) && self.roundTrip(UInt64.max) && self.roundTrip(Int8(-5)))
        #expect(try self.roundTrip(true) && self.roundTrip(false))
        #expect(try self.roundTrip(0.1) && self.roundTrip(-Double.infinity) && self.roundTrip(Float(0.5)))
        #expect(try self.roundTrip("") && self.roundTrip("\u{0}\"\\\u{1F600}"))
        #expect(try self.roundTrip([1, 2, 3]) && self.roundTrip(["a": ["b"]]) && self.roundTrip([Int?.none, 1]))
    }

    @Test("a value that was written as one type is read as another where JSON would do so")
    func otherTypes() throws {
        enum Level: Int, Codable { case low = 1, high = 2 }
        #expect(try ValueCoding.decode(.integer(2)) as Level == .high)
        #expect(try ValueCoding.decode(.integer(2)) as Double == 2)
        #expect(try ValueCoding.decode(.json(Array("7".utf8))) as Int == 7)
        #expect(try ValueCoding.decode(.json(Array("\"x\"".utf8))) as String == "x")
        #expect(throws: DecodingError.self) { try ValueCoding.decode(.string("x")) as Int }
        #expect(throws: DecodingError.self) { try ValueCoding.decode(.integer(.max)) as Int8 }
        #expect(throws: DecodingError.self) { try ValueCoding.decode(.json([0xFF, 0x00])) as Int }
    }

    @Test("the JSON of a value is JSON")
    func json() {
        #expect(String(decoding: SessionValue.integer(-5).jsonText, as: UTF8.self) == "-5")
        #expect(String(decoding: SessionValue.boolean(true).jsonText, as: UTF8.self) == "true")
        #expect(String(decoding: SessionValue.string("a\"b\n").jsonText, as: UTF8.self) == #""a\"b\n""#)
        #expect(String(decoding: SessionValue.double(.nan).jsonText, as: UTF8.self) == "null")
        #expect(String(decoding: SessionValue.double(0.5).jsonText, as: UTF8.self) == "0.5")
    }

    @Test("changing values is the same as changing a dictionary, whatever stands where")
    func applying() throws {
        let random = DeterministicRandom(seed: 3)
        let names = ["", "a", "ab", "b", "c", "\u{E9}", "z", "zz"]
        for _ in 0..<2000 {
            var dictionary: [String: SessionValue] = [:]
            for name in names where random.next() % 2 == 0 { dictionary[name] = .integer(Int64(random.next() % 1000)) }
            let values = SessionValues(dictionary)
            var changes = SessionChanges()
            if random.next() % 8 == 0 {
                changes.recordRemovalOfAll()
                dictionary = [:]
            }
            for name in names where random.next() % 3 == 0 {
                let value: SessionValue? = random.next() % 3 == 0 ? nil : .string("new \(random.next())")
                changes.record(.replacement(value), of: name)
                dictionary[name] = value
            }
            let changed = try changes.apply(to: values)
            #expect(changed == SessionValues(dictionary))
            #expect(changed.count == dictionary.count && changed.map(\.name) == changed.names)
        }
    }

    @Test("values are found by name, in any number")
    func lookUp() {
        let names = (0..<200).map { "key \($0)" } + ["", "\u{E9}", "e\u{301}", "z"]
        let values = SessionValues(names.reversed().map { (name: $0, value: SessionValue.string($0)) })
        for name in names { #expect(values[name] == .string(name)) }
        #expect(values["missing"] == nil && values["key"] == nil && values["key 1999"] == nil)
        #expect(values.count == 204)
        #expect(values.names.count == 204)
        #expect(SessionValues(values) == values)
    }
}
