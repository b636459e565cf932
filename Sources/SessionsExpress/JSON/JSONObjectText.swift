//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A JSON object as text: its members in their order, each value with its original bytes.
///
/// If several members have the same name, the last one counts, as in JavaScript. A member whose name no Swift string
/// can represent is kept but not accessible. Names are compared byte by byte. Reading and writing take time
/// proportional to the text. The time to look up a name does not depend on their number.
struct JSONObjectText {
    private struct Member {
        /// The name in its original spelling, with its quotation marks.
        var literal: [UInt8]
        /// Nil for a member that was removed.
        var value: [UInt8]?
        /// The index of the previous member with the same name.
        var previous: Int?
    }

    private var members: [Member] = []
    /// The index of the last member of each name.
    private var indices: [ByteString: Int] = [:]
    /// The original text, until something is changed.
    private var original: [UInt8]?

    /// An object without members.
    init() {}

    /// Parses an object. Nil if the bytes are not a JSON object.
    init?(_ bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var scanner = JSONScanner(bytes)
        scanner.skipBlanks()
        guard scanner.skip("{") else { return nil }
        scanner.skipBlanks()
        if !scanner.skip("}") {
            repeat {
                guard self.readMember(from: &scanner) else { return nil }
            } while scanner.skip(",")
            guard scanner.skip("}") else { return nil }
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { return nil }
        self.original = bytes
    }

    private mutating func readMember(from scanner: inout JSONScanner) -> Bool {
        scanner.skipBlanks()
        let start = scanner.offset
        guard scanner.skipString() else { return false }
        let literal = Array(scanner.bytes[start..<scanner.offset])
        scanner.skipBlanks()
        guard scanner.skip(":") else { return false }
        scanner.skipBlanks()
        let valueStart = scanner.offset
        guard scanner.skipValue() else { return false }
        self.append(literal, JSONString.decode(literal), Array(scanner.bytes[valueStart..<scanner.offset]))
        scanner.skipBlanks()
        return true
    }

    private mutating func append(_ literal: [UInt8], _ name: String?, _ value: [UInt8]) {
        let previous = name.flatMap { self.indices.updateValue(self.members.count, forKey: ByteString($0)) }
        self.members.append(Member(literal: literal, value: value, previous: previous))
    }

    /// The text: the original bytes if nothing was changed.
    var bytes: [UInt8] {
        if let original { return original }
        var bytes = [UInt8(ascii: "{")]
        for member in self.members {
            guard let value = member.value else { continue }
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes += member.literal
            bytes.append(UInt8(ascii: ":"))
            bytes += value
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// The names that a Swift string can represent, in no particular order.
    var names: some Sequence<String> { self.indices.keys.lazy.map(\.text) }

    /// The text of a value. Setting nil removes every member of the name.
    subscript(name: String) -> [UInt8]? {
        get { self.indices[ByteString(name)].flatMap { self.members[$0].value } }
        set {
            guard self[name] != newValue else { return }
            self.original = nil
            guard let newValue else { return self.remove(name) }
            if let index = self.indices[ByteString(name)] {
                self.members[index].value = newValue
            } else {
                self.append(SessionValue.string(name).jsonText, name, newValue)
            }
        }
    }

    /// Clears the members instead of removing them from the array, so that removing many takes no longer than reading
    /// them.
    private mutating func remove(_ name: String) {
        var index = self.indices.removeValue(forKey: ByteString(name))
        while let current = index {
            self.members[current].value = nil
            index = self.members[current].previous
        }
    }
}
