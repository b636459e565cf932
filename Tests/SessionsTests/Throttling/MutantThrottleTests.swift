//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Testing

@Suite("Login throttling: mistakes are found")
struct MutantThrottleTests {
    @Test("the test of what a mistake breaks finds it", arguments: MutantThrottle.Mistake.allCases)
    func findsMutant(_ mistake: MutantThrottle.Mistake) async {
        await withKnownIssue("The test finds it.") {
            try await MutantThrottle.$mistake.withValue(mistake) { try await mistake.findingTest() }
        }
    }
}

extension MutantThrottle.Mistake {
    /// The test that must find the mistake.
    fileprivate var findingTest: () async throws -> Void {
        let tests = LoginThrottleTests()
        return switch self {
        case .forgetsElsewhere: tests.servers
        case .ignoresNetworks: tests.network
        case .ignoresUsers: tests.delays
        case .neverForgets: tests.forgetting
        case .locksUserOut: tests.knownNetwork
        case .countsRefusals: tests.refusedAttempts
        case .clearsNetwork: tests.ownAccount
        }
    }
}
