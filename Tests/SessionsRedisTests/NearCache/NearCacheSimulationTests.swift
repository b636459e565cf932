//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Testing

@Suite("A near cache in random order")
struct NearCacheSimulationTests {
    @Test("no record is used that was replaced by a write whose reply is older than a lease", arguments: 1...40)
    func promises(seed: Int) {
        var simulation = NearCacheSimulation(seed: UInt64(seed))
        simulation.run(steps: 20_000)
        #expect(simulation.staleCount == 0)
        #expect(simulation.hitCount > 2_000, "otherwise nothing was tested")
    }

    @Test("each mistake in the lease, the slots or the waiting is found", arguments: NearCacheSimulation.Flaw.allCases)
    func flaws(_ flaw: NearCacheSimulation.Flaw) {
        let staleCount = (1...20).reduce(0) { count, seed in
            var simulation = NearCacheSimulation(seed: UInt64(seed), flaw: flaw)
            simulation.run(steps: 20_000)
            return count + simulation.staleCount
        }
        #expect(staleCount > 0)
    }
}
#endif
