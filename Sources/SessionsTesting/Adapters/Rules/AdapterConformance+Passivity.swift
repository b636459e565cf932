//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension AdapterConformance {
    static let passivityRules: [AdapterRule] = [
        AdapterRule(.passivity, "a passive request reads its session and never extends it") { runner in
            let (body, touches) = try await runner.look(isPassive: true)
            try runner.check.expect(body, is: "1", "the counter of the session")
            try runner.check.expect(touches, is: 0, "touches of the store")
        },
        AdapterRule(.passivity, "a request that is not passive extends its session") { runner in
            let (_, touches) = try await runner.look(isPassive: false)
            try runner.check.expect(touches, is: 1, "touches of the store")
        },
    ]
}

extension AdapterRunner {
    /// Reads a session after half of its idle limit.
    fileprivate func look(isPassive: Bool) async throws -> (body: String, touches: Int) {
        let harness = try AdapterHarness()
        let browser = try await harness.visitor()
        harness.clock.advance(by: .minutes(10))
        let middleware = AdapterMiddleware(harness.engine, isPassive: isPassive)
        let route = AdapterRoute(behind: [middleware]) { session, _ in AdapterHandlerResult(try "\(session()[.visits])")
        }
        let response = try await self.answer(to: browser, from: route)
        return (response.body, harness.store.count(of: .touch))
    }
}
