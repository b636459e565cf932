//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How long a session lives.
public struct SessionLimits: Sendable, Equatable {
    /// How long a session lives without being used. Every use restarts it. Nil means no idle limit.
    public var idle: Duration? {
        didSet { self.idleMilliseconds = self.idle?.wholeMilliseconds }
    }
    /// The idle limit in milliseconds, because every request needs it and the conversion is a 128-bit division.
    private(set) var idleMilliseconds: Int64?
    /// How long a session lives even if it is used. Only a new authentication restarts it.
    public var absolute: Duration {
        didSet { self.absoluteMilliseconds = self.absolute.wholeMilliseconds }
    }
    private(set) var absoluteMilliseconds: Int64

    /// Creates a pair of limits.
    public init(idle: Duration?, absolute: Duration) {
        self.idle = idle
        self.idleMilliseconds = idle?.wholeMilliseconds
        self.absolute = absolute
        self.absoluteMilliseconds = absolute.wholeMilliseconds
    }

    /// These limits, with an idle limit of at most the given duration.
    func limitingIdle(to longest: Duration) -> SessionLimits {
        SessionLimits(idle: min(self.idle ?? longest, longest), absolute: self.absolute)
    }

    /// 20 minutes idle, 8 hours in all: a working day (OWASP Session Management Cheat Sheet). This is the default of
    /// ordinary sessions.
    public static let standard = SessionLimits(idle: .minutes(20), absolute: .hours(8))

    /// 14 days idle, 30 days in all (NIST SP 800-63B-4, AAL1). This is the default of remembered sessions.
    public static let remembered = SessionLimits(idle: .days(14), absolute: .days(30))

    /// The end of the idle limit for a session used now, never past its absolute limit.
    package func expiry(usedAt now: SessionInstant, absoluteExpiresAt: SessionInstant) -> SessionInstant {
        guard let idleMilliseconds else { return absoluteExpiresAt }
        return min(now.advanced(byMilliseconds: idleMilliseconds), absoluteExpiresAt)
    }
}
