//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension Session {
    /// One line at debug level for each request: what it came with, what was stored, and what the cookie was told; with
    /// it, nobody need guess why a visitor was logged in or out.
    @inline(__always)
    func logWhy(_ cookie: SessionPlan.CookieStep, _ failure: (any Error)?) {
        if self.logger.logLevel <= .debug { self.log(cookie, failure) }
    }

    private func log(_ cookie: SessionPlan.CookieStep, _ failure: (any Error)?) {
        let (id, plan) = self.withState { ($0.live?.record.id, $0.plan) }
        let stored = failure == nil ? plan?.store.name ?? "nothing to store" : "it failed"
        self.logger.debug(
            "Session",
            metadata: [
                "session.came": "\(self.arrival.rawValue)",
                "session.id": "\(id.map { "\($0)" } ?? "none")",
                "session.stored": "\(stored)",
                "session.cookie": "\(cookie)",
            ]
        )
    }
}
