//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// The public name of the session, fit for logs and lists; nil while nothing is stored for the visitor.
    public var id: SessionID? { self.access { $0.live?.record.id } }

    /// What opens the session: for an application that keeps data of its own by it, or gives it to a client otherwise
    /// than in a cookie. With the backend `tokenOnly` it is always there, and a client that has none is given it with
    /// the response.
    ///
    /// Nil while nothing is stored for the visitor; of a sealed session, which is opened by the whole of its cookie;
    /// and of one that is shared with another system, which has its own.
    ///
    /// - Warning: Whoever has it is the visitor. Keep data by its ``SessionToken/id`` and not by its text, which is
    ///   never to be kept or logged.
    public var token: SessionToken? {
        self.access { state in
            guard self.engine.driver.hasTokens else { return nil }
            return state.live?.token
        }
    }

    /// Whether the visitor came without a session: there is none, or it began in this request.
    public var isNew: Bool { self.access { $0.live?.isNew ?? true } }

    /// Whether the handler set something that is not stored yet: by ``save()``, or at the end of the request.
    public var hasChanges: Bool { self.access { !$0.pending.isEmpty } }

    /// When the session began; nil while there is none.
    public var createdAt: Instant? { self.access { $0.live?.record.createdAt } }

    /// When the session was last known to be in use, before this request; nil while there is none.
    ///
    /// It is exact to the share of the idle limit that must pass before a use is written
    /// (``SessionConfiguration/touchAfter``).
    public var lastAccessedAt: Instant? { self.access { $0.live?.record.lastAccessedAt } }

    /// When the session ends unless it is used again, at the latest at ``absoluteExpiresAt``; nil while there is none.
    public var idleExpiresAt: Instant? {
        self.access { $0.live?.record }.map(self.engine.configuration.idleEnd)
    }

    /// When the session ends in any case; nil while there is none.
    public var absoluteExpiresAt: Instant? {
        self.access { $0.live?.record }.map(self.engine.configuration.absoluteEnd)
    }

    /// How long the session lives unless it is used again; never negative; nil while there is none.
    public var remaining: Duration? {
        self.idleExpiresAt.map { max(.zero, $0 - self.engine.configuration.clock.now) }
    }

    /// How long the session lives at most; never negative; nil while there is none.
    package var absoluteRemaining: Duration? {
        self.absoluteExpiresAt.map { max(.zero, $0 - self.engine.configuration.clock.now) }
    }

    /// Whether the visitor asked to be remembered beyond the life of the browser.
    public var isRemembered: Bool { self.access { $0.live?.record.isRemembered ?? false } }

    /// How long a remembered session lives from each use, and its cookie with it: what ``remember(for:)`` was given, or
    /// the configured limit; `cookie.originalMaxAge` of express-session. Nil for a session that ends with the browser.
    ///
    /// What is left of it is ``remaining``.
    public var rememberedFor: Duration? {
        guard let record = self.access({ $0.live?.record }), record.isRemembered else { return nil }
        let limits = self.engine.configuration.limits(of: record)
        return limits.idle ?? limits.absolute
    }

    /// The identifier of the user who is logged in; nil while nobody is.
    public var subject: String? { self.access { $0.live?.record.subject } }

    /// Whether this user is logged in: compared byte by byte, as stores compare subjects.
    ///
    /// Use it instead of `==`, which takes different spellings of a letter for the same: where a form names a user, two
    /// accounts may differ in Unicode normalization alone.
    public func isLoggedIn(as subject: String) -> Bool {
        self.access { $0.live?.record.belongs(to: subject) ?? false }
    }

    /// Whether somebody is logged in.
    public var isAuthenticated: Bool { self.subject != nil }

    /// When the visitor last proved who they are; nil while nobody is logged in.
    public var authenticatedAt: Instant? { self.access { $0.live?.record.authenticatedAt } }

    /// How the user has proven who they are in this session, in the order of the proofs; empty where no login said.
    public var authenticationMethods: [AuthenticationMethod] {
        self.access { $0.live?.record.authenticationMethods } ?? []
    }

    /// The highest level that the user has reached in this session; nil where no login said. Ask with
    /// ``requireAuthentication(level:within:)``, which also knows when.
    public var authenticationLevel: AuthenticationLevel? {
        self.access { $0.live?.record.authenticationProofs.last?.level }
    }

    /// The version of the credentials that the user logged in with; nil where no login said.
    public var credentialVersion: Int? {
        self.access { $0.live?.record.credentialVersion }.flatMap { $0 > 0 ? Int(clamping: $0) : nil }
    }
}
