//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Remembers the visitor after the browser closes, at once: with a persistent cookie and the limits of remembered
    /// sessions. Without a session, one begins.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func remember() async throws {
        try await self.setRemembered(true)
    }

    /// Remembers the visitor for a duration that restarts with each use: `cookie.maxAge` of express-session. The cookie
    /// is persistent. For this session the duration replaces ``SessionLimits/idle`` of
    /// ``SessionConfiguration/rememberedLimits``; their absolute limit still applies. Without a session, one begins.
    ///
    /// - Parameter duration: From 1 second to that absolute limit.
    /// - Throws: ``SessionError``: `invalidLimit`, `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func remember(for duration: Duration) async throws {
        let absolute = self.engine.environment.configuration.rememberedLimits.absolute
        guard duration >= .seconds(1), duration <= absolute else {
            throw SessionError.invalidLimit(duration, absolute: absolute)
        }
        try await self.setRemembered(true, for: .milliseconds(duration.wholeMilliseconds))
    }

    /// Remembers the visitor until an instant, as ``remember(for:)`` does with the time until then: `cookie.expires` of
    /// express-session. Each use moves the end by that duration.
    ///
    /// - Parameter end: From 1 second from now to the absolute limit of remembered sessions.
    /// - Throws: ``SessionError``: `invalidLimit`, `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func remember(until end: SessionInstant) async throws {
        try await self.remember(for: end - self.engine.environment.configuration.clock.now)
    }

    /// Returns at once to a session that ends with the browser and has the ordinary limits. The absolute limit counts
    /// from the login, or from the beginning of the session: an older session ends. Without a session it does nothing.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func stopRemembering() async throws {
        try await self.setRemembered(false)
    }

    private func setRemembered(_ isRemembered: Bool, for length: Duration? = nil) async throws {
        try await self.requiringOpenResponse(isRemembered ? "remember()" : "stopRemembering()") {
            try self.refuseWhileActing("remember()")
            let configuration = self.engine.configuration
            try self.requireAttached()
            guard let live = self.withAccessedState({ $0.live }) else {
                guard isRemembered else { return }
                return _ = try await self.write(.begin(isAnonymous: true)) {
                    $0.setRemembered(true, for: length, configuration, now: $0.createdAt)
                }
            }
            let isAsItWas = isRemembered == live.record.isRemembered && live.record.rememberedFor == nil
            // A duration counts from now, whatever it was before.
            guard length != nil || !isAsItWas else { return }
            let now = configuration.clock.now
            if !isRemembered, live.record.authenticationStart + configuration.limits.absolute <= now {
                try await self.endCurrent(.expired)
                return
            }
            let isWritten = try await self.updateRecord {
                $0.setRemembered(isRemembered, for: length, configuration, now: now)
            }
            guard isWritten else { return try self.requireAttached() }
            self.withState { $0.pendingCookieAction = .set }
        }
    }
}

extension SessionRecord {
    /// When the absolute limit starts.
    fileprivate var authenticationStart: SessionInstant {
        self.external?.loginSeenAt ?? self.authenticatedAt ?? self.createdAt
    }

    /// Restarts the limits.
    mutating func authenticateAnew(_ configuration: SessionConfiguration, now: SessionInstant) {
        // Later than the previous authentication, even within one millisecond: the time identifies requests from before
        // it.
        self.authenticatedAt = max(now, self.authenticationStart + .milliseconds(1))
        self.external?.loginSeenAt = nil
        self.setRemembered(self.isRemembered, for: self.rememberedFor, configuration, now: now)
    }

    /// Changes which limits apply to the session.
    mutating func setRemembered(
        _ isRemembered: Bool,
        for length: Duration? = nil,
        _ configuration: SessionConfiguration,
        now: SessionInstant
    ) {
        (self.isRemembered, self.rememberedFor) = (isRemembered, length)
        let limits = configuration.limits(of: self)
        self.absoluteExpiresAt = self.authenticationStart + limits.absolute
        self.lastAccessedAt = max(self.lastAccessedAt, now)
        self.expiresAt = limits.expiry(usedAt: now, absoluteExpiresAt: self.absoluteExpiresAt)
    }
}
