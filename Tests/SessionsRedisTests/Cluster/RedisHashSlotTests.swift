//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Testing

@testable import SessionsRedis

@Suite("The slots of a cluster")
struct RedisHashSlotTests {
    @Test(
        "a key is in the slot that the servers say, by what is in its first braces that are not empty",
        arguments: [
            ("123456789", 12_739), ("foo", 12_182), ("", 0), ("{foo}", 12_182), ("bar{foo}baz", 12_182),
            ("foo{}{bar}", 8_363), ("foo{{bar}}zap", 4_015), ("foo{bar}{zap}", 5_061), ("bar", 5_061), ("{}", 15_257),
            ("}{", 12_793), ("{bar", 4_015), ("a}b{bar}", 5_061),
        ])
    func slots(key: String, slot: Int) {
        #expect(RedisHashSlot.of(RedisArgument(key)) == slot)
        #expect(RedisHashSlot.of(RedisArgument(Array(key.utf8))) == slot)
    }

    @Test("bytes that are no text, and numbers, are in a slot as well")
    func bytes() {
        #expect(RedisHashSlot.of(RedisArgument(123_456_789)) == 12_739)
        #expect(RedisHashSlot.of(RedisArgument([0xFF, 0x00, 0x7B, 0x66, 0x6F, 0x6F, 0x7D])) == 12_182)
    }
}
#endif
