//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Testing

@Suite("Known devices: mistakes are found")
struct MutantDevicesTests {
    @Test("the test of what a mistake breaks finds it", arguments: MutantDevices.Mistake.allCases)
    func findsMutant(_ mistake: MutantDevices.Mistake) async {
        await withKnownIssue("The test finds it.") {
            try await MutantDevices.$mistake.withValue(mistake) { try await mistake.findingTest() }
        }
    }
}

extension MutantDevices.Mistake {
    /// The test that must find the mistake.
    fileprivate var findingTest: () async throws -> Void {
        let tests = KnownDevicesTests()
        return switch self {
        case .setsCookieBeforeLogin: tests.cookie
        case .storesCookie, .storesAnonymousVisitors: tests.privacy
        case .keepsAllDevices: tests.devices
        case .repeatsSigns, .ignoresClients: { try await tests.theft(.copiedCookie) }
        case .skipsSignature: { try await tests.theft(.forgedDevice) }
        case .ignoresPolicies: { try await TheftPolicyTests().policies(.clientChange, .end) }
        }
    }
}
