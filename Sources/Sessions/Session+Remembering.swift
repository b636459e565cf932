//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Remembers the visitor beyond the life of the browser, now: a persistent cookie, and the limits of remembered
    /// sessions. Without a session one begins.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func remember() async throws {
        try await self.setRemembered(true)
    }

    /// Goes back to a session that ends with the browser, now, and to the limits of ordinary sessions. The absolute one
    /// counts from the login, or from the beginning of the session: one that is older than that ends. Without a session
    /// nothing happens.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func stopRemembering() async throws {
        try await self.setRemembered(false)
    }

    private func setRemembered(_ isRemembered: Bool) async throws {
        try await self.beforeResponse(isRemembered ? "remember()" : "stopRemembering()") {
            let configuration = self.engine.configuration
            try self.requireAttached()
            guard let live = self.access({ $0.live }) else {
                guard isRemembered else { return }
                return try await self.create { $0.setRemembered(true, configuration, now: $0.createdAt) }
            }
            guard isRemembered != live.record.isRemembered else { return }
            let now = configuration.clock.now
            if !isRemembered, live.record.authenticationStart + configuration.limits.absolute <= now {
                try await self.endCurrent(.expired)
                return
            }
            let isWritten = try await self.rewrite {
                $0.setRemembered(isRemembered, configuration, now: now)
            }
            guard isWritten else { return try self.requireAttached() }
            self.withState { $0.cookieDuty = .set }
        }
    }
}

extension SessionRecord {
    /// From when the absolute limit counts.
    fileprivate var authenticationStart: Instant { self.authenticatedAt ?? self.createdAt }

    /// Begins the limits anew.
    mutating func authenticateAnew(_ configuration: SessionConfiguration, now: Instant) {
        // Later than the proof before, even within one millisecond: it tells requests from before it apart.
        self.authenticatedAt = max(now, self.authenticationStart + .milliseconds(1))
        self.setRemembered(self.isRemembered, configuration, now: now)
    }

    /// Changes the pair of limits that the session lives by.
    mutating func setRemembered(_ isRemembered: Bool, _ configuration: SessionConfiguration, now: Instant) {
        let limits = configuration.limits(isRemembered: isRemembered)
        self.absoluteExpiresAt = self.authenticationStart + limits.absolute
        self.isRemembered = isRemembered
        self.lastAccessedAt = max(self.lastAccessedAt, now)
        self.expiresAt = limits.expiry(usedAt: now, absoluteExpiresAt: self.absoluteExpiresAt)
    }
}
