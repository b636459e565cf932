//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A JSON object of a proof.
struct ProofObject {
    private let members: [String: Value]
    /// Whether no object in it has a name twice.
    let hasUniqueNames: Bool

    /// The deepest nesting that is read. A proof has two levels.
    private static let maximumDepth = 4

    /// Parses an object, or returns nil for anything else. Proofs are ASCII.
    init?(_ bytes: [UInt8]) {
        guard let shape = Shape(of: bytes), shape.depth <= Self.maximumDepth,
            case .object(let members)? = try? JSONDecoder().decode(Value.self, from: Data(bytes))
        else { return nil }
        self.members = members
        // A decoder keeps one of two members of the same name.
        self.hasUniqueNames = Value.object(members).memberCount == shape.colonCount
    }

    private init(_ members: [String: Value], hasUniqueNames: Bool) {
        self.members = members
        self.hasUniqueNames = hasUniqueNames
    }

    func has(_ name: String) -> Bool { self.members[name] != nil }

    func string(_ name: String) -> String? {
        guard case .string(let text)? = self.members[name] else { return nil }
        return text
    }

    func object(_ name: String) -> ProofObject? {
        guard case .object(let members)? = self.members[name] else { return nil }
        return ProofObject(members, hasUniqueNames: self.hasUniqueNames)
    }

    private enum Value: Decodable {
        case object([String: Value])
        case array([Value])
        case string(String)
        case other

        init(from decoder: any Decoder) throws {
            if let members = try? [String: Value](from: decoder) {
                self = .object(members)
            } else if let elements = try? [Value](from: decoder) {
                self = .array(elements)
            } else {
                let container = try decoder.singleValueContainer()
                self = (try? container.decode(String.self)).map { .string($0) } ?? .other
            }
        }

        /// The number of members of all objects in this value.
        var memberCount: Int {
            switch self {
            case .object(let members): members.values.reduce(members.count) { $0 + $1.memberCount }
            case .array(let elements): elements.reduce(0) { $0 + $1.memberCount }
            case .string, .other: 0
            }
        }
    }

    /// What the bytes of a JSON text show without a decoder.
    private struct Shape {
        /// Outside strings, which is once for each member of an object.
        private(set) var colonCount = 0
        private(set) var depth = 0

        /// Returns nil when a byte is not ASCII, or is a control character other than white space.
        init?(of bytes: [UInt8]) {
            var (level, isInString, isEscaped) = (0, false, false)
            for byte in bytes {
                guard (0x20...0x7E).contains(byte) || [0x09, 0x0A, 0x0D].contains(byte) else { return nil }
                if isInString {
                    (isInString, isEscaped) = (
                        isEscaped || byte != UInt8(ascii: "\""), !isEscaped && byte == UInt8(ascii: "\\")
                    )
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: ":"): self.colonCount += 1
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    level += 1
                    self.depth = max(self.depth, level)
                case UInt8(ascii: "}"), UInt8(ascii: "]"): level -= 1
                default: break
                }
            }
        }
    }
}
#endif
