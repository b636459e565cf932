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

    /// What tells this application from others that have the same keys, at most 255 bytes of UTF-8, compared byte by
    /// byte. The default is empty.
    ///
    /// It is authenticated in sealed sessions, signed tokens and tokens against forged requests: what was made under
    /// one name is refused under another. Give each application a name where several have the same keys, and the same
    /// name to all servers of one. A change of the name logs out everyone whose session is sealed or whose token is
    /// signed.
    ///
    /// It does not divide a store: applications that share one also share the revocations in it.
    public var applicationName = ""

    /// Until when sealed sessions and signed tokens of earlier releases are accepted, which did not say for which
    /// application and which kind of backend they were made. The default is 1 June 2027, 00:00 UTC
    /// (``formerTokensEnd``). Nil: they are refused.
    ///
    /// A client that comes with one is given one of the present form with the next response. Where nothing of an
    /// earlier release can be alive any more, which is after the longest absolute limit of your sessions, set it to
    /// nil.
    ///
    /// - Warning: Until then, whatever an earlier release made for any application and any backend with the same keys
    ///   is accepted by each of them, as it was by that release.
    public var acceptsFormerTokensUntil: Instant? = Self.formerTokensEnd

    /// The default of ``acceptsFormerTokensUntil``: 2027-06-01T00:00:00Z.
    public static let formerTokensEnd = Instant(millisecondsSince1970: 1_811_808_000_000)

    /// The limits of ordinary sessions. The default is 20 minutes idle, 8 hours in all.
    public var limits: SessionLimits = .standard {
        didSet { self.setAnonymousLimits() }
    }

    /// The longest idle limit of sessions in which no one is logged in. The default is 20 minutes, so that raising the
    /// idle limit of users does not make the sessions of crawlers live as long. Nil: ``limits`` are all that counts.
    ///
    /// It does not apply to sessions that were remembered on purpose, nor to those shared with an Express application.
    public var anonymousIdleLimit: Duration? = .seconds(20 * 60) {
        didSet { self.setAnonymousLimits() }
    }

    /// The limits of anonymous sessions where they differ from ``limits``; nil where they do not.
    private(set) var anonymousLimits: SessionLimits?

    private mutating func setAnonymousLimits() {
        let limits = self.anonymousIdleLimit.map(self.limits.limitingIdle) ?? self.limits
        self.anonymousLimits = limits == self.limits ? nil : limits
    }

    /// Asked before a session is stored for a visitor in whom no one is logged in: answer false to store none. The
    /// default is nil: every visitor of whom something is remembered gets a session.
    ///
    /// A request that set values and is refused fails with a ``SessionError`` of the code `anonymousSessionRefused`,
    /// HTTP
    /// 429. Logins are not asked about. A ``RateLimiter`` is the usual answer:
    ///
    /// ```swift
    /// let limiter = RateLimiter(60, per: .seconds(60))
    /// configuration.allowsAnonymousSession = { limiter.allows($0) }
    /// ```
    public var allowsAnonymousSession: (@Sendable (SessionRequest) async throws -> Bool)?

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

    /// Whether every call is asynchronous, also where the backend could answer at once. The default is false. For tests,
    /// which run on both ways.
    package var alwaysWaits = false

    /// When a store that keeps failing is left alone, so that it costs requests no time. The default is
    /// ``SessionCircuitBreaker/standard``: after 5 failures in a row, for 1 second.
    public var circuitBreaker: SessionCircuitBreaker = .standard

    /// What `Retry-After` says, in whole seconds, from 1 second to 1 day. The default is 5 seconds.
    public var retryAfter: Duration = .seconds(5)

    /// How many sessions a user may have at once, on all devices (ASVS 5.0, 7.1.2); a login that would be one more does
    /// what ``onSessionLimit`` says. The default is ``standardMaximumSessionsPerSubject``, 100, where the backend can
    /// list the sessions of a user, and no limit where it cannot; any other number is refused at start-up there. Nil
    /// means any number.
    ///
    /// Logins that race with each other each see the others before they return, so that when all have, the limit holds.
    /// The newest stay; where the newest are refused, those that race for the last place may all be.
    public var maximumSessionsPerSubject: Int? = Self.standardMaximumSessionsPerSubject

    /// The default of ``maximumSessionsPerSubject``: more than anyone's devices, and few enough that one account cannot
    /// make lists and endings slow.
    public static let standardMaximumSessionsPerSubject = 100

    /// What a login does when the user has as many sessions as are allowed. The default ends the oldest.
    public var onSessionLimit: SessionLimitPolicy = .endOldest

    /// Whether the address and the user agent of the client that last used a session are noted, besides those of the
    /// login. They are written when a use is, so that a client is seen that uses the session for longer than
    /// ``touchAfter``, and not every request costs a write. The default is false.
    ///
    /// - Note: Addresses are personal data: they stay in the store as long as the session does.
    public var tracksClients = false

    /// Whether events name the client whose request they come from: its address and user agent
    /// (``SessionEvent/client``), for an audit log (ASVS 5.0, 16.2.1). The default is false.
    ///
    /// - Note: Addresses are personal data: what is written of an event keeps them for as long as it is kept. The lines
    ///   that this library logs never have them.
    public var namesClientsInEvents = false

    /// Which proxies' forwarded headers are believed. The default is none.
    public var trustedProxies: TrustedProxies = .none

    /// The most that the names and encoded values of a session may take, in bytes. The default is 65,536 (64 KiB).
    public var maximumValuesSize: Int = 65_536

    /// What reading does with a value that no longer decodes. The default drops it and says so in the log.
    public var undecodableValues: UndecodableValuePolicy = .drop

    /// How long an ended session's id stays marked. The default is 1 minute.
    ///
    /// A request that was on its way when its session ended can neither revive it nor put an anonymous cookie over a
    /// fresh login while the tombstone stands; make it no shorter than your slowest request. Shorter than
    /// ``storeDeadline`` is refused.
    public var tombstoneLifetime: Duration = .seconds(60)

    /// What a browser is asked to forget of the site with the response in which its user logs out, or another user
    /// takes their place (ASVS 5.0, 14.3.1). The default is ``ClearedSiteData/speculations``: the pages that were
    /// fetched ahead of time, which would show the former user's data and cost nothing to lose. They go with every
    /// login as well.
    ///
    /// The default leaves the rest alone. Responses that depend on a session are not cached in the first place, and
    /// clearing more takes the drafts of the visitor, and what other applications of the site still need. Where scripts
    /// keep personal data in the browser, add `.storage`.
    public var clearsSiteDataOnLogout: ClearedSiteData = .speculations

    /// Whether a handler's own `Cache-Control: private` is enough for a response to a user who is logged in. The
    /// default is false: it becomes `no-store`, so that the back button shows no page of a user who has logged out
    /// (ASVS 5.0, 14.3.2). Responses to anonymous visitors keep theirs.
    ///
    /// - Warning: The browser then keeps such pages, and the back button shows them after a logout.
    public var allowsPrivateCaching = false

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
    /// An id is a name and opens nothing: the secret beside it is always ours, and random. One that is taken is asked
    /// for again, twice, and is then an error.
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

    /// The cookie of a request, with those of a session's own attributes that make a cookie browsers accept. They come
    /// from a record, which another system may have written, or a server with another configuration.
    func cookie(for request: SessionRequest, with overrides: SessionCookie.Overrides?) -> SessionCookie {
        let cookie = self.cookie(for: request)
        guard let overrides else { return cookie }
        return cookie.applying(overrides.valid(for: cookie))
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
