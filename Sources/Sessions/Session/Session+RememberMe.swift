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

    /// Remembers the visitor for as long as you say, from now and anew from each use: `cookie.maxAge` of
    /// express-session. The cookie is persistent, and the length takes the place of ``SessionLimits/idle`` of
    /// ``SessionConfiguration/rememberedLimits`` for this session; their absolute limit holds all the same. Without a
    /// session one begins.
    ///
    /// - Parameter duration: From 1 second to that absolute limit.
    /// - Throws: ``SessionError``: `invalidLimit`, `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func remember(for duration: Duration) async throws {
        let absolute = self.engine.configuration.rememberedLimits.absolute
        guard duration >= .seconds(1), duration <= absolute else {
            throw SessionError.invalidLimit(duration, absolute: absolute)
        }
        try await self.setRemembered(true, for: .milliseconds(duration.wholeMilliseconds))
    }

    /// Remembers the visitor until an instant, as ``remember(for:)`` with the time until then: `cookie.expires` of
    /// express-session. Each use moves the end on by as much.
    ///
    /// - Parameter end: From a second from now to the absolute limit of remembered sessions.
    /// - Throws: ``SessionError``: `invalidLimit`, `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func remember(until end: Instant) async throws {
        try await self.remember(for: end - self.engine.configuration.clock.now)
    }

    /// Goes back to a session that ends with the browser, now, and to the limits of ordinary sessions. The absolute one
    /// counts from the login, or from the beginning of the session: one that is older than that ends. Without a session
    /// nothing happens.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func stopRemembering() async throws {
        try await self.setRemembered(false)
    }

    private func setRemembered(_ isRemembered: Bool, for length: Duration? = nil) async throws {
        try await self.beforeResponse(isRemembered ? "remember()" : "stopRemembering()") {
            let configuration = self.engine.configuration
            try self.requireAttached()
            guard let live = self.access({ $0.live }) else {
                guard isRemembered else { return }
                return _ = try await self.write(.begin(isAnonymous: true)) {
                    $0.setRemembered(true, for: length, configuration, now: $0.createdAt)
                }
            }
            let isAsItWas = isRemembered == live.record.isRemembered && live.record.rememberedFor == nil
            // A length counts from now, whatever it was before.
            guard length != nil || !isAsItWas else { return }
            let now = configuration.clock.now
            if !isRemembered, live.record.authenticationStart + configuration.limits.absolute <= now {
                try await self.endCurrent(.expired)
                return
            }
            let isWritten = try await self.rewrite {
                $0.setRemembered(isRemembered, for: length, configuration, now: now)
            }
            guard isWritten else { return try self.requireAttached() }
            self.withState { $0.pendingCookieAction = .set }
        }
    }
}

extension SessionRecord {
    /// From when the absolute limit counts.
    fileprivate var authenticationStart: Instant {
        self.external?.loginSeenAt ?? self.authenticatedAt ?? self.createdAt
    }

    /// Begins the limits anew.
    mutating func authenticateAnew(_ configuration: SessionConfiguration, now: Instant) {
        // Later than the proof before, even within one millisecond: it tells requests from before it apart.
        self.authenticatedAt = max(now, self.authenticationStart + .milliseconds(1))
        self.external?.loginSeenAt = nil
        self.setRemembered(self.isRemembered, for: self.rememberedFor, configuration, now: now)
    }

    /// Changes the pair of limits that the session lives by.
    mutating func setRemembered(
        _ isRemembered: Bool,
        for length: Duration? = nil,
        _ configuration: SessionConfiguration,
        now: Instant
    ) {
        (self.isRemembered, self.rememberedFor) = (isRemembered, length)
        let limits = configuration.limits(of: self)
        self.absoluteExpiresAt = self.authenticationStart + limits.absolute
        self.lastAccessedAt = max(self.lastAccessedAt, now)
        self.expiresAt = limits.expiry(usedAt: now, absoluteExpiresAt: self.absoluteExpiresAt)
    }
}
