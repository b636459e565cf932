//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Tracing

/// The options of an engine's sessions. Every default is safe.
///
/// A ``SessionEngine`` checks its configuration when it is created. It rejects unsafe or contradictory options with a
/// message that says what to change.
public struct SessionConfiguration: Sendable {
    /// The cookie that carries the token. The default is ``SessionCookie/standard``.
    public var cookie: SessionCookie = .standard

    /// Chooses the cookie by request, for an application that serves several hosts. The name must be the same for the
    /// same visitor. A cookie that browsers would reject is replaced by ``cookie``. The default is nil: ``cookie`` for
    /// every request.
    public var cookieForRequest: (@Sendable (SessionRequest) -> SessionCookie)?

    /// The name that distinguishes this application from others with the same keys, at most 255 bytes of UTF-8,
    /// compared byte by byte. The default is empty.
    ///
    /// The name is authenticated in sealed sessions, signed tokens and CSRF tokens: those made under one name are
    /// rejected under another. If several applications have the same keys, give each its own name, and give all servers
    /// of an application the same one. Changing the name logs out everyone whose session is sealed or whose token is
    /// signed.
    ///
    /// It does not divide a store: applications that share a store also share its revocations.
    public var applicationName = ""

    /// The end of the period in which sealed sessions and signed tokens of earlier releases are accepted. They do not
    /// name the application and the kind of backend that they were made for. The default is 1 June 2027, 00:00 UTC
    /// (``formerTokensEnd``). Nil: they are rejected.
    ///
    /// A client that presents one receives a current one with the next response. When no session of an earlier release
    /// can still be alive, which is after your longest absolute limit, set this to nil.
    ///
    /// - Warning: Until then, every application and backend with the same keys accepts whatever an earlier release made
    ///   for any of them, as that release did.
    public var acceptsFormerTokensUntil: SessionInstant? = Self.formerTokensEnd

    /// The default of ``acceptsFormerTokensUntil``: 2027-06-01T00:00:00Z.
    public static let formerTokensEnd = SessionInstant(millisecondsSince1970: 1_811_808_000_000)

    /// The limits of ordinary sessions. The default is 20 minutes idle, 8 hours in all.
    public var limits: SessionLimits = .standard {
        didSet { self.setAnonymousLimits() }
    }

    /// The longest idle limit of anonymous sessions. The default is 20 minutes, so that a longer idle limit for users
    /// does not lengthen the sessions of crawlers. Nil: only ``limits`` apply.
    ///
    /// It does not apply to remembered sessions, nor to those shared with an Express application.
    public var anonymousIdleLimit: Duration? = .seconds(20 * 60) {
        didSet { self.setAnonymousLimits() }
    }

    /// The limits of anonymous sessions if they differ from ``limits``; else nil.
    private(set) var anonymousLimits: SessionLimits?

    private mutating func setAnonymousLimits() {
        let limits = self.anonymousIdleLimit.map(self.limits.limitingIdle) ?? self.limits
        self.anonymousLimits = limits == self.limits ? nil : limits
    }

    /// Decides whether an anonymous session may be stored. It is called before each is created; return false to store
    /// none. The default is nil: every visitor with values gets a session.
    ///
    /// A rejected request that set values fails with a ``SessionError`` of the code `anonymousSessionRefused`, HTTP
    /// 429. Logins are not checked. Typically, use a ``RateLimiter``:
    ///
    /// ```swift
    /// let limiter = RateLimiter(60, per: .seconds(60))
    /// configuration.allowsAnonymousSession = { limiter.allows($0) }
    /// ```
    public var allowsAnonymousSession: (@Sendable (SessionRequest) async throws -> Bool)?

    /// Whether an administrator may act as another user (``Session/act(as:reason:for:)``). The default is nil: no one
    /// may. Only sessions in a store support it.
    ///
    /// - Warning: An administrator who acts sees and does what the user can. Decide by both users, and ask for a recent
    ///   authentication.
    public var allowsImpersonation: (@Sendable (ImpersonationRequest) async throws -> Bool)?

    /// The limits of remembered sessions. The default is 14 days idle, 30 days in all.
    public var rememberedLimits: SessionLimits = .remembered

    /// Whether every session is remembered from its beginning, as by ``Session/remember()``: its cookie outlives the
    /// browser, as with `maxAge` of express-session and cookie-session, and it has ``rememberedLimits``. The default is
    /// false: sessions end with the browser unless their visitors ask to be remembered. Tokens without sessions
    /// (``SessionBackend/tokenOnly(with:)``) live as long as browsers allow.
    ///
    /// - Warning: The next person who opens the browser is the visitor (NIST SP 800-63B-4, 5.1). Use it for
    ///   preferences, not for logins.
    public var remembersEverySession = false

    /// When the secret of a stored session is renewed by time alone. The default is never. A login always renews.
    public var renewal: SessionRenewal = .never

    /// What happens when a retired secret, replaced by a timed renewal, comes back after its grace period. The default
    /// rejects it and logs a warning.
    public var onReplayedSecret: ReplayedSecretPolicy = .refuse

    /// Whether sessions are bound to the devices on which they began. The default is ``DeviceBindingPolicy/off``.
    ///
    /// It needs the backend ``SessionBackend/stored(in:encryptedAtRest:signedWith:)`` without encryption at rest: the
    /// browser deletes the cookie of a bound session, and a proof opens the session without it.
    public var deviceBinding: DeviceBindingPolicy = .off

    /// What happens when the cookie of a bound session comes without the proof that it needs. The default,
    /// ``UnboundUsePolicy/refuse``, rejects it and logs a warning.
    public var onUnboundUse: UnboundUsePolicy = .refuse

    /// How much of the idle limit must pass before a use is written to the store, so that a page of many requests does
    /// not cause as many writes. The default is nil: a tenth of the idle limit.
    public var touchAfter: Duration?

    /// What a request gets while the store is unavailable. The default is 503 with `Retry-After`.
    public var onStoreFailure: StoreFailurePolicy = .unavailable

    /// How long a call to the store may take, unless the store enforces its own deadline. The default is 2 seconds.
    public var storeDeadline: Duration = .seconds(2)

    /// Whether every call is asynchronous, even if the backend could respond synchronously. The default is false. It
    /// lets tests cover both paths.
    package var alwaysWaits = false

    /// When calls to a failing store fail fast, so that an outage costs requests no time. The default is
    /// ``SessionCircuitBreaker/standard``: after 5 failures in a row, for 1 second.
    public var circuitBreaker: SessionCircuitBreaker = .standard

    /// The value of `Retry-After`, in whole seconds, from 1 second to 1 day. The default is 5 seconds.
    public var retryAfter: Duration = .seconds(5)

    /// How many sessions a user may have at once, on all devices (ASVS 5.0, 7.1.2). ``onSessionLimit`` decides what a
    /// further login does. The default is ``standardMaximumSessionsPerSubject``, 100, if the backend can list the
    /// sessions of a user, and no limit otherwise; such a backend rejects any other number at start-up. Nil means no
    /// limit.
    ///
    /// Parallel logins each see the others before they return, so the limit holds when all have returned. The newest
    /// sessions stay. If the policy rejects new logins, all that compete for the last place may be rejected.
    public var maximumSessionsPerSubject: Int? = Self.standardMaximumSessionsPerSubject

    /// The default of ``maximumSessionsPerSubject``: more than anyone's devices, and few enough to keep lists and
    /// logouts fast.
    public static let standardMaximumSessionsPerSubject = 100

    /// What a login does when the user has the maximum number of sessions. The default ends the oldest.
    public var onSessionLimit: SessionLimitPolicy = .endOldest

    /// Whether the address and user agent of the client that last used a session are stored, besides those of the
    /// login. They are written with a touch: a client is recorded if it uses the session for longer than
    /// ``touchAfter``, and not every request costs a write. The default is false.
    ///
    /// - Note: Addresses are personal data: they stay in the store as long as the session does.
    public var tracksClients = false

    /// Whether events name the client of the request, with its address and user agent (``SessionEvent/client``), for an
    /// audit log (ASVS 5.0, 16.2.1). The default is false.
    ///
    /// - Note: Addresses are personal data: whatever stores events stores them too. The log lines of this library never
    ///   contain them.
    public var namesClientsInEvents = false

    /// Whether the addresses of clients are truncated before they are stored or put into events: to the first 24 bits
    /// of IPv4, and 48 of IPv6. The default is false.
    public var truncatesAddresses = false

    /// The proxies whose forwarded headers are trusted. The default is none.
    public var trustedProxies: TrustedProxies = .none

    /// The maximum size of the names and encoded values of a session, in bytes. The default is 65,536 (64 KiB).
    public var maximumValuesSize: Int = 65_536

    /// What happens to a value that no longer decodes. The default drops it and logs the fact.
    public var undecodableValues: UndecodableValuePolicy = .drop

    /// How often the streams of ``SessionEngine/endings(of:)-(Session)`` look at limits that have passed, and at each
    /// session if the store cannot report endings. The default is 1 second.
    ///
    /// Each session that is listened to costs such a store one load per interval. Lengthen it if there are many.
    public var endingCheckInterval: Duration = .seconds(1)

    /// How long an ended session leaves a tombstone. The default is 1 minute.
    ///
    /// While the tombstone exists, a request that was in progress when its session ended can neither revive the session
    /// nor replace the cookie of a fresh login with an anonymous one. Make it at least as long as your slowest request.
    /// A value shorter than ``storeDeadline`` is rejected.
    public var tombstoneLifetime: Duration = .seconds(60)

    /// What a browser is asked to clear when a user logs out or another user logs in in their place (ASVS 5.0, 14.3.1).
    /// The default is ``ClearedSiteData/speculations``: prefetched pages, which would show the former user's data and
    /// cost nothing to lose. They are cleared with every login as well.
    ///
    /// The default clears nothing else. Responses that depend on a session are not cached anyway, and clearing more
    /// removes the visitor's drafts and data that other applications of the site need. If scripts keep personal data in
    /// the browser, add `.storage`.
    public var clearsSiteDataOnLogout: ClearedSiteData = .speculations

    /// Whether a handler may set `Cache-Control: private` on a response to a logged-in user. The default is false: it
    /// becomes `no-store`, so that the back button shows no page of a user who has logged out (ASVS 5.0, 14.3.2).
    /// Responses to anonymous visitors keep the handler's value.
    ///
    /// - Warning: The browser then keeps such pages, and the back button shows them after a logout.
    public var allowsPrivateCaching = false

    /// Whether every visitor gets a session, even without values; `saveUninitialized` of express-session. The default
    /// is false.
    public var createsEmptySessions = false

    /// Whether every response sends the cookie again; `rolling` of express-session. The default is false: the cookie is
    /// sent when it has changed, and for a remembered session whenever it was extended.
    public var resendsCookie = false

    /// Whether a session is written without changes; `resave` of express-session. The default is false.
    ///
    /// Unlike in express-session, the write cannot undo another request's: it is a compare-and-set.
    public var writesUnchangedSessions = false

    /// The observers of session events, besides the log: an audit log, metrics, or your own. The default is none.
    public var observers: [any SessionObserver] = []

    /// Makes the spans `session.open` and `session.close` for each request, and adds session events to the current
    /// span. The default is nil: no tracing, which costs nothing.
    public var tracer: (any Tracer)?

    /// The clock. The default is the system's; others are for tests.
    public var clock: SessionClock = .system

    /// Makes the ids of new stored sessions; `genid` of express-session. The default is nil: ids are random.
    ///
    /// An id is a name and opens nothing: the library adds its own random secret. If an id is taken, the function is
    /// called again, up to twice; then the creation fails.
    public var makeSessionID: (@Sendable (SessionRequest) throws -> SessionID)?

    /// The source of ids and secrets. The default is the system's secure generator; others are for tests.
    public var random: SessionRandom = .system

    /// Creates the default configuration.
    public init() {}

    /// The cookie of a request.
    func cookie(for request: SessionRequest) -> SessionCookie {
        guard let cookie = self.cookieForRequest?(request), cookie.problems.isEmpty else { return self.cookie }
        return cookie
    }

    /// The cookie of a request, with a session's own attributes if browsers accept the result. The attributes come from
    /// a record, which another system or a server with another configuration may have written.
    func cookie(for request: SessionRequest, with overrides: SessionCookie.Overrides?) -> SessionCookie {
        let cookie = self.cookie(for: request)
        guard let overrides else { return cookie }
        return cookie.applying(overrides.valid(for: cookie))
    }

    /// The name of the cookie of a request.
    func cookieName(for request: SessionRequest) -> String {
        self.cookieForRequest == nil ? self.cookie.name : self.cookie(for: request).name
    }

    /// For development: the defaults over plain HTTP, with a cookie named `session`.
    ///
    /// - Warning: On a plain connection the cookie is sent without `Secure`, and anyone on the network path can read
    ///   it.
    public static var development: SessionConfiguration {
        var configuration = SessionConfiguration()
        configuration.cookie = .development
        return configuration
    }
}
