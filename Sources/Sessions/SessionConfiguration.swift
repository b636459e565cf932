//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Tracing

/// Everything an application may decide about its sessions. Every default is safe.
///
/// A ``SessionEngine`` checks its configuration when it is made and refuses what is unsafe or contradicts itself, in
/// words that say what to change.
public struct SessionConfiguration: Sendable {
    /// The cookie that carries the token. The default is ``SessionCookie/standard``.
    public var cookie: SessionCookie = .standard

    /// A cookie chosen by the request, for an application that serves several hosts. It must have the same name for
    /// the same visitor. One that browsers would not accept is not used; ``cookie`` is. The default is nil: ``cookie``
    /// for every request.
    public var cookieForRequest: (@Sendable (SessionRequest) -> SessionCookie)?

    /// The limits of ordinary sessions. The default is 20 minutes idle, 8 hours in all.
    public var limits: SessionLimits = .standard

    /// The limits of sessions whose visitors asked to be remembered. The default is 14 days idle, 30 days in all.
    public var rememberedLimits: SessionLimits = .remembered

    /// Whether every session is remembered from its beginning, as by ``Session/remember()``: its cookie outlives the
    /// browser, as with `maxAge` of express-session and cookie-session, and it has ``rememberedLimits``. The default is
    /// false: sessions end with the browser unless their visitors ask to be remembered. Tokens without sessions
    /// (``SessionBackend/tokenOnly(with:)``) live as long as browsers allow.
    ///
    /// - Warning: Whoever opens the browser next is the visitor (NIST SP 800-63B-4, 5.1). For preferences, not for
    ///   logins.
    public var remembersEverySession = false

    /// When the secret of a stored session is renewed by time alone. The default is never; a login always makes a new
    /// one.
    public var renewal: SessionRenewal = .never

    /// What happens when the secret before a timed renewal comes back after its grace period. The default refuses it
    /// and reports it in the log.
    public var onReplayedSecret: ReplayedSecretPolicy = .refuse

    /// How much of the idle limit must have passed before a use is written to the store, so that a page of many
    /// requests is not as many writes. The default is nil: a tenth of the idle limit.
    public var touchAfter: Duration?

    /// What a request gets while the store does not answer. The default is 503 with `Retry-After`.
    public var onStoreFailure: StoreFailurePolicy = .unavailable

    /// How long a call to the store may take, unless it keeps a deadline itself. The default is 2 seconds.
    public var storeDeadline: Duration = .seconds(2)

    /// When a store that keeps failing is left alone, so that it costs requests no time. The default is
    /// ``SessionCircuitBreaker/standard``: after 5 failures in a row, for 1 second.
    public var circuitBreaker: SessionCircuitBreaker = .standard

    /// What `Retry-After` says, in whole seconds, from 1 second to 1 day. The default is 5 seconds.
    public var retryAfter: Duration = .seconds(5)

    /// How many sessions a user may have at once, on all devices (ASVS 5.0, 7.1.2); a login that would be one more does
    /// what ``onSessionLimit`` says. It needs a store that knows which sessions a user has. The default is nil: any
    /// number.
    ///
    /// Logins that race with each other each see the others before they return, so that when all have, the limit holds.
    /// The newest stay; where the newest are refused, those that race for the last place may all be.
    public var maximumSessionsPerSubject: Int?

    /// What a login does when the user has as many sessions as are allowed. The default ends the oldest.
    public var onSessionLimit: SessionLimitPolicy = .endOldest

    /// Whether the address and the user agent of the client that last used a session are noted, besides those of the
    /// login. They are written when a use is, so that a client is seen that uses the session for longer than
    /// ``touchAfter``, and not every request costs a write. The default is false.
    ///
    /// - Note: Addresses are personal data: they stay in the store as long as the session does.
    public var tracksClients = false

    /// Which proxies' forwarded headers are believed. The default is none.
    public var trustedProxies: TrustedProxies = .none

    /// The most that the names and encoded values of a session may take, in bytes. The default is 65,536 (64 KiB).
    public var maximumValuesSize: Int = 65_536

    /// What reading does with a value that no longer decodes. The default drops it and says so in the log.
    public var undecodableValues: UndecodableValuePolicy = .drop

    /// How long an ended session's id stays marked. The default is 1 minute.
    ///
    /// A request that was on its way when its session ended can neither revive it nor put an anonymous cookie over a
    /// fresh login while the marker stands; make it no shorter than your slowest request. Shorter than
    /// ``storeDeadline`` is refused.
    public var endedMarkerLifetime: Duration = .minutes(1)

    /// What a browser is asked to forget of the site with the response in which its user logged out. The default is
    /// nothing but the session's cookie: what depends on a session is not cached in the first place, while clearing more
    /// takes what other applications of the site, and the visitor's drafts, still need. Where scripts keep personal data
    /// in the browser, ask for `.storage` (ASVS 5.0, 14.3.1).
    public var clearsSiteDataOnLogout: ClearedSiteData = []

    /// Whether every visitor gets a session, remembered or not; `saveUninitialized` of express-session. The default is
    /// false.
    ///
    /// - Warning: Every bot and health check then fills the store, and consent to cookies is assumed.
    public var createsEmptySessions = false

    /// Whether every response sends the cookie again; `rolling` of express-session. The default is false: it is sent
    /// when it has changed, and a remembered session's whenever its life was extended.
    public var resendsCookie = false

    /// Whether a session is written although nothing was changed; `resave` of express-session. The default is false.
    ///
    /// Unlike express-session's, such a write cannot undo another request's: it is a compare-and-set like any other.
    public var writesUnchangedSessions = false

    /// Who is told what happens to sessions, besides the log: an audit log, metrics, or whatever you write. The default
    /// is nobody.
    public var observers: [any SessionObserver] = []

    /// What makes spans of the beginning and the end of each request's session, `session.open` and `session.close`, and
    /// puts what happens to it into the span that is under way. The default is nil: none, which costs nothing.
    public var tracer: (any Tracer)?

    /// The clock. The default is the system's; others are for tests.
    public var clock: SessionClock = .system

    /// Makes the ids of new stored sessions; `genid` of express-session. The default is nil: they are random.
    ///
    /// An id is a name and opens nothing: the secret beside it is always ours, and random. One that is taken is asked for
    /// again, twice, and is then an error.
    public var makeSessionID: (@Sendable (SessionRequest) throws -> SessionID)?

    /// Where ids and secrets come from. The default is the system's secure generator; others are for tests.
    public var random: SessionRandom = .system

    /// The defaults.
    public init() {}

    /// The cookie of a request.
    func cookie(for request: SessionRequest) -> SessionCookie {
        guard let cookie = self.cookieForRequest?(request), cookie.problems.isEmpty else { return self.cookie }
        return cookie
    }

    /// The name of the cookie of a request.
    func cookieName(for request: SessionRequest) -> String {
        self.cookieForRequest == nil ? self.cookie.name : self.cookie(for: request).name
    }

    /// For a development machine: as the defaults, but over plain HTTP, with a cookie named `session`.
    ///
    /// - Warning: The cookie is sent without `Secure` on a plain connection, where anyone on the way can read it.
    public static var development: SessionConfiguration {
        var configuration = SessionConfiguration()
        configuration.cookie = .development
        return configuration
    }
}
