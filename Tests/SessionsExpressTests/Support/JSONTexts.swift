//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting

/// Texts that `JSON.stringify` writes, and some that only other programs do.
struct JSONTexts {
    var random: DeterministicRandom

    init(seed: UInt64) {
        self.random = DeterministicRandom(seed: seed)
    }

    private static let strings = [
        #""""#, #""a""#, #""ünï €😀""#, #""\"\\\b\f\n\r\t\u0001""#, #""\ud83d""#, #""\udc00\ud800""#, #""</script>""#,
        #""2026-01-31T09:30:00.000Z""#, #""\u2028""#, #""\/""#, #"",}]:{[""#,
    ]
    private static let scalars = [
        "0", "-0", "1", "-1", "9007199254740993", "123456789012345678901234567890", "1e+21", "5e-324",
        "1.7976931348623157e+308", "0.1", "-1.5E-7", "1.10", "true", "false", "null",
    ]
    private static let names = [
        #""a""#, #""b""#, #""__proto__""#, #""constructor""#, #""\ud800""#, #""cookie""#, #""\u0061""#, #""""#, #""ü""#,
        #""10""#, #""with space""#,
    ]

    mutating func name() -> String { Self.names.randomElement(using: &self.random) ?? "" }

    mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 4 : 2), using: &self.random) {
        case 0: return Self.strings.randomElement(using: &self.random) ?? ""
        case 1: return Self.scalars.randomElement(using: &self.random) ?? ""
        case 2:
            let elements = (0..<Int.random(in: 0...3, using: &self.random)).map { _ in self.value(depth: depth - 1) }
            return "[" + elements.joined(separator: self.comma()) + "]"
        default:
            let members = (0..<Int.random(in: 0...3, using: &self.random)).map { _ in
                "\(self.name()):\(self.value(depth: depth - 1))"
            }
            return "{" + members.joined(separator: self.comma()) + "}"
        }
    }

    private mutating func comma() -> String { [",", ",", ", ", ",\n\t"].randomElement(using: &self.random) ?? "," }
}
