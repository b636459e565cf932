//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A JSON object as text: its members in their order, each value in the very bytes it was written in.
///
/// Of several members of one name the last counts, as for JavaScript. A member whose name no Swift string can hold is
/// kept and not seen.
struct JSONObjectText {
    private struct Member {
        /// The name as it is written, with its quotation marks.
        var literal: [UInt8]
        var name: String?
        var value: [UInt8]

        func isNamed(_ name: String) -> Bool { self.name?.utf8.elementsEqual(name.utf8) ?? false }
    }

    private var members: [Member] = []
    /// What was read, until something is changed.
    private var original: [UInt8]?

    /// An object without members.
    init() {}

    /// The object of a text; nil when it is not the text of one.
    init?(_ bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var scanner = JSONScanner(bytes)
        scanner.skipBlanks()
        guard scanner.skip("{") else { return nil }
        scanner.skipBlanks()
        if !scanner.skip("}") {
            repeat {
                guard let member = Self.readMember(from: &scanner) else { return nil }
                self.members.append(member)
            } while scanner.skip(",")
            guard scanner.skip("}") else { return nil }
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { return nil }
        self.original = bytes
    }

    private static func readMember(from scanner: inout JSONScanner) -> Member? {
        scanner.skipBlanks()
        let start = scanner.offset
        guard scanner.skipString() else { return nil }
        let literal = Array(scanner.bytes[start..<scanner.offset])
        scanner.skipBlanks()
        guard scanner.skip(":") else { return nil }
        scanner.skipBlanks()
        let valueStart = scanner.offset
        guard scanner.skipValue() else { return nil }
        let value = Array(scanner.bytes[valueStart..<scanner.offset])
        scanner.skipBlanks()
        return Member(literal: literal, name: JSONString.decode(literal), value: value)
    }

    /// The text: the very bytes that were read, if nothing was changed since.
    var bytes: [UInt8] {
        if let original { return original }
        let members = self.members.map { $0.literal + [UInt8(ascii: ":")] + $0.value }
        return [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
    }

    /// The names that a Swift string can hold.
    var names: Set<String> { Set(self.members.compactMap(\.name)) }

    /// The text of a value. Setting nil removes every member of the name.
    subscript(name: String) -> [UInt8]? {
        get { self.members.last { $0.isNamed(name) }?.value }
        set {
            guard self[name] != newValue else { return }
            self.original = nil
            guard let newValue else { return self.members.removeAll { $0.isNamed(name) } }
            if let index = self.members.lastIndex(where: { $0.isNamed(name) }) {
                self.members[index].value = newValue
            } else {
                let literal = SessionValue.string(name).jsonText
                self.members.append(Member(literal: literal, name: name, value: newValue))
            }
        }
    }
}
