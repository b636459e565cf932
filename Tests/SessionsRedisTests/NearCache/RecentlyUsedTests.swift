//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite("The order of use")
struct RecentlyUsedTests {
    @Test("the key that was used the longest time ago is the least recent, and reading without use changes nothing")
    func order() {
        var keys = RecentlyUsed<String, Int>()
        for (value, key) in ["a", "b", "c"].enumerated() { keys.insert(value, for: key) }
        #expect(keys.leastRecent == "a")
        #expect(keys["a"] == 0)
        #expect(keys.leastRecent == "a")
        let value = keys.use("a")
        #expect(value == 0)
        #expect(keys.leastRecent == "b")
        keys.replace(7, for: "b")
        #expect(keys["b"] == 7)
        #expect(keys.leastRecent == "c")
        let missing = keys.use("d")
        #expect(missing == nil)
    }

    @Test("any history of calls gives what a list in the order of use gives", arguments: [1, 2, 3] as [UInt64])
    func model(seed: UInt64) {
        var random = DeterministicRandom(seed: seed)
        var keys = RecentlyUsed<Int, Int>()
        var list: [(key: Int, value: Int)] = []
        for step in 0..<4_000 {
            let key = Int.random(in: 0..<12, using: &random)
            let position = list.firstIndex { $0.key == key }
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where position == nil:
                keys.insert(step, for: key)
                list.append((key, step))
            case 1:
                let used = keys.use(key)
                #expect(used == position.map { list[$0].value })
                if let position { list.append(list.remove(at: position)) }
            case 2:
                keys.replace(step, for: key)
                if let position {
                    list.remove(at: position)
                    list.append((key, step))
                }
            default:
                let removed = keys.remove(key)
                #expect(removed == position.map { list[$0].value })
                if let position { list.remove(at: position) }
            }
            #expect(keys.count == list.count)
            #expect(keys.leastRecent == list.first?.key)
            #expect(keys[key] == list.first { $0.key == key }?.value)
        }
    }
}
#endif
