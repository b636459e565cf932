//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// The public id of the session, safe for logs and lists; nil if nothing is stored for the visitor.
    public var id: SessionID? { self.withAccessedState { $0.live?.record.id } }

    /// The token that opens the session. It is for applications that keep their own data by session, or that deliver
    /// the token outside a cookie. With the backend `tokenOnly` it always exists: a client without one receives one
    /// with the response.
    ///
    /// Nil if nothing is stored for the visitor, in a sealed session, which only its whole cookie opens, and in a
    /// session that is shared with another system, which has its own credentials.
    ///
    /// - Warning: Anyone who has the token can act as the visitor. Key your data by its ``SessionToken/id``. Never
    ///   store or log the token itself.
    public var token: SessionToken? {
        self.withAccessedState { state in
            guard self.engine.driver.issuesTokens else { return nil }
            return state.live?.token
        }
    }

    /// Whether the visitor came without a session: there is none, or it began in this request.
    public var isNew: Bool { self.withAccessedState { $0.live?.isNew ?? true } }

    /// Whether there are changes that are not stored yet by ``save()`` or the end of the request.
    public var hasChanges: Bool { self.withAccessedState { !$0.pending.isEmpty } }

    /// When the session began; nil if there is none.
    public var createdAt: SessionInstant? { self.withAccessedState { $0.live?.record.createdAt } }

    /// When the session was last known to be in use, before this request; nil if there is none.
    ///
    /// The precision is the share of the idle limit after which a use is written (``SessionConfiguration/touchAfter``).
    public var lastAccessedAt: SessionInstant? { self.withAccessedState { $0.live?.record.lastAccessedAt } }

    /// When the session ends unless it is used again, at the latest ``absoluteExpiresAt``; nil if there is none.
    public var idleExpiresAt: SessionInstant? {
        self.withAccessedState { $0.live?.record }.map(self.engine.environment.configuration.idleEnd)
    }

    /// When the session ends even if it is used; nil if there is none.
    public var absoluteExpiresAt: SessionInstant? {
        self.withAccessedState { $0.live?.record }.map(self.engine.environment.configuration.absoluteEnd)
    }

    /// The time until the session ends unless it is used again. It is never negative, and nil if there is no session.
    public var remaining: Duration? {
        self.idleExpiresAt.map { max(.zero, $0 - self.engine.environment.configuration.clock.now) }
    }

    /// The time until the session ends even if it is used. It is never negative, and nil if there is no session.
    package var absoluteRemaining: Duration? {
        self.absoluteExpiresAt.map { max(.zero, $0 - self.engine.environment.configuration.clock.now) }
    }

    /// Whether the visitor asked to be remembered after the browser closes.
    public var isRemembered: Bool { self.withAccessedState { $0.live?.record.isRemembered ?? false } }

    /// How long a remembered session and its cookie live after each use: the argument of ``remember(for:)``, or the
    /// configured limit. It is `cookie.originalMaxAge` of express-session. Nil for a session that ends with the
    /// browser.
    ///
    /// For the time that is left, see ``remaining``.
    public var rememberedFor: Duration? {
        guard let record = self.withAccessedState({ $0.live?.record }), record.isRemembered else { return nil }
        let limits = self.engine.environment.configuration.limits(of: record)
        return limits.idle ?? limits.absolute
    }

    /// The identifier of the logged-in user; nil if no one is logged in.
    public var subject: String? { self.withAccessedState { $0.live?.record.subject } }

    /// Whether this user is logged in. Subjects are compared byte by byte, as stores do.
    ///
    /// Use it instead of `==`, which treats different Unicode normalizations as equal: two accounts may differ in
    /// normalization alone.
    public func isLoggedIn(as subject: String) -> Bool {
        self.withAccessedState { $0.live?.record.belongs(to: subject) ?? false }
    }

    /// Whether a user is logged in.
    public var isAuthenticated: Bool { self.subject != nil }

    /// When the user last authenticated; nil if no one is logged in.
    public var authenticatedAt: SessionInstant? { self.withAccessedState { $0.live?.record.authenticatedAt } }

    /// The methods by which the user authenticated in this session, in the order of use; empty if no login named any.
    public var authenticationMethods: [AuthenticationMethod] {
        self.withAccessedState { $0.live?.record.authenticationMethods } ?? []
    }

    /// The highest level that the user has reached in this session; nil if no login named one. To require a level, use
    /// ``requireAuthentication(level:within:)``, which also checks the time.
    public var authenticationLevel: AuthenticationLevel? {
        self.withAccessedState { $0.live?.record.authenticationProofs.last?.level }
    }

    /// The version of the credentials that the user logged in with; nil if the login named none.
    public var credentialVersion: Int? {
        self.withAccessedState { $0.live?.record.credentialVersion }.flatMap { $0 > 0 ? Int(clamping: $0) : nil }
    }
}
