//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension Session {
    /// Logs one line at debug level for each request: which session it had and why, everything that it wrote, and what
    /// the response does with the cookie.
    func logWhy(_ cookie: SessionPlan.CookieAction, _ failure: (any Error)?) {
        if self.logger.logLevel <= .debug { self.log(cookie, failure) }
    }

    private func log(_ cookie: SessionPlan.CookieAction, _ failure: (any Error)?) {
        let (id, writes) = self.withState { ($0.live?.record.id, $0.writes) }
        self.logger.debug(
            "Session closed",
            metadata: [
                "session.resolution": "\(self.resolution.rawValue)",
                "session.id": "\(id.map { "\($0)" } ?? "none")",
                "session.write": "\(writes)\(failure == nil ? "" : ", then failed")",
                "session.cookie": "\(cookie)",
            ]
        )
    }
}
