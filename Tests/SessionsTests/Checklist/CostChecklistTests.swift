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

/// What hostile input costs.
@Suite("Checklist: cost", .serialized)
struct CostChecklistTests {
    /// Eight times the bytes may take eight times as long; a parser that looks at each pair again for every other would
    /// take 64 times as long. Between them there is room for a machine that does other things as well.
    private func growsInAStraightLine(_ parse: (_ size: Int) -> () -> Void) -> Bool {
        let clock = ContinuousClock()
        let (small, large) = (parse(131_072), parse(1_048_576))
        let isStraight = {
            let short = min(clock.measure(small), clock.measure(small))
            return clock.measure(large) < short * 30
        }
        return (0..<5).contains { _ in isStraight() }
    }

    @Test(
        "CVE-2025-58186: 1 MB of cookies costs in proportion to its length, whatever it is made of",
        arguments: ["a=;", ";", "=", " ", "\"\\", "__Host-id=;"]
    )
    func cookies(piece: String) {
        let name = Array("__Host-id".utf8)
        let isStraight = self.growsInAStraightLine { size in
            let bytes = Array(repeatElement(Array(piece.utf8), count: size / piece.utf8.count).joined())
            return {
                var count = 0
                bytes.withUnsafeBufferPointer { bytes in
                    name.withUnsafeBufferPointer { CookieHeader.forEachValue(of: $0, in: bytes) { _ in count += 1 } }
                }
                // Each of these pairs is a value of ours; of the others none is.
                #expect(count == (piece == "__Host-id=;" ? size / piece.utf8.count : 0))
            }
        }
        #expect(isStraight)
    }

    @Test("checklist 12: a hundred thousand pairs are one pass, and the last of them is found")
    func manyPairs() {
        let bytes = Array((String(repeating: "a=;", count: 100_000) + "__Host-id=x").utf8)
        var found: [String] = []
        bytes.withUnsafeBufferPointer { bytes in
            Array("__Host-id".utf8).withUnsafeBufferPointer { name in
                CookieHeader.forEachValue(of: name, in: bytes) { found.append(String(decoding: $0, as: UTF8.self)) }
            }
        }
        #expect(found == ["x"])
    }
}
