//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Why a session operation failed.
public struct SessionError: Error, Sendable, CustomStringConvertible {
    /// The kind of a failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, suitable as a metric label.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The configuration is unsafe or contradicts itself.
        public static let configuration = Code("configuration")
        /// The store failed or timed out. HTTP 503.
        public static let storeUnavailable = Code("store_unavailable")
        /// Other requests kept changing the session, and this one gave up. HTTP 503.
        public static let contention = Code("contention")
        /// The session ended or expired while this request ran, or a user logged in. HTTP 409.
        public static let ended = Code("ended")
        /// The response has begun, and the operation needs a header. HTTP 500.
        public static let responseStarted = Code("response_started")
        /// The browser withheld its cookie, so a new session could replace a login (``Session/isCookieWithheld``). HTTP
        /// 409.
        public static let cookieWithheld = Code("cookie_withheld")
        /// A browser prefetches a page that can be made only once. HTTP 503.
        public static let prefetchDeclined = Code("prefetch_declined")
        /// The values are larger than allowed. HTTP 500.
        public static let valuesTooLarge = Code("values_too_large")
        /// A value cannot be encoded. HTTP 500.
        public static let notEncodable = Code("not_encodable")
        /// The subject is empty or too long. HTTP 500.
        public static let invalidSubject = Code("invalid_subject")
        /// No one is logged in. HTTP 401.
        public static let notAuthenticated = Code("not_authenticated")
        /// The user logged in too long ago for this operation and must authenticate again. HTTP 401.
        public static let authenticationTooOld = Code("authentication_too_old")
        /// The user has not reached the required level of authentication. HTTP 401.
        public static let authenticationTooWeak = Code("authentication_too_weak")
        /// A login checked credentials that have changed in the meantime. HTTP 401.
        public static let credentialsChanged = Code("credentials_changed")
        /// A credential version, an authentication method or a level is outside its bounds. HTTP 500.
        public static let invalidAuthentication = Code("invalid_authentication")
        /// The session is bound to no device, and the operation requires one that is. HTTP 403.
        public static let deviceNotBound = Code("device_not_bound")
        /// The administrator may not act as this user. HTTP 403.
        public static let impersonationRefused = Code("impersonation_refused")
        /// An administrator acts as the user, and must not do this as someone else. HTTP 403.
        public static let refusedWhileActing = Code("refused_while_acting")
        /// The request may come from another site. HTTP 403.
        public static let crossSite = Code("cross_site")
        /// The cursor does not belong to this list. HTTP 400.
        public static let invalidCursor = Code("invalid_cursor")
        /// The user has the maximum number of sessions. HTTP 409.
        public static let sessionLimit = Code("session_limit")
        /// The application rejects a session for this visitor now (``SessionConfiguration/allowsAnonymousSession``).
        /// HTTP 429.
        public static let anonymousSessionRefused = Code("anonymous_session_refused")
        /// Too many logins of this user or from this network have failed (``LoginThrottle``). HTTP 429.
        public static let tooManyAttempts = Code("too_many_attempts")
        /// The backend or its store does not support the operation. HTTP 501.
        public static let notOffered = Code("not_offered")
        /// A request carries the sessions of several visitors, by different transports. HTTP 400.
        public static let conflictingSessions = Code("conflicting_sessions")
        /// A request carries credentials that are malformed or open no session. HTTP 401.
        public static let invalidCredentials = Code("invalid_credentials")
        /// Browsers would reject a cookie with the requested attributes. HTTP 500.
        public static let invalidCookie = Code("invalid_cookie")
        /// A session or a handshake was to live for less than a second, or a session past its absolute limit. HTTP 500.
        public static let invalidLimit = Code("invalid_limit")
    }

    /// The kind of the failure.
    public var code: Code { self.details.code }
    /// What happened, with the measured value and what to do. It never contains a secret.
    public var message: String { self.details.message }
    /// The underlying error, if there is one.
    public var underlying: (any Error)? { self.details.underlying }
    /// When to retry, if that may help: the value of `Retry-After`.
    public var retryAfter: Duration? { self.details.retryAfter }
    /// The values of `WWW-Authenticate` fields, for HTTP 401.
    public var challenges: [String] { self.details.challenges }

    /// Boxed to keep the error one word wide.
    private let details: Details

    private final class Details: Sendable {
        let code: Code
        let message: String
        let underlying: (any Error)?
        let retryAfter: Duration?
        let challenges: [String]

        init(code: Code, message: String, underlying: (any Error)?, retryAfter: Duration?, challenges: [String]) {
            self.code = code
            self.message = message
            self.underlying = underlying
            self.retryAfter = retryAfter
            self.challenges = challenges
        }
    }

    init(
        _ code: Code,
        _ message: String,
        underlying: (any Error)? = nil,
        retryAfter: Duration? = nil,
        challenges: [String] = []
    ) {
        self.details = Details(
            code: code,
            message: message,
            underlying: underlying,
            retryAfter: retryAfter,
            challenges: challenges
        )
    }

    public var description: String {
        let cause =
            self.underlying.map { error in
                " (\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit)))"
            } ?? ""
        return "\(self.code): \(self.message)\(cause)"
    }

    /// An error of how the application is set up, with the code `configuration`: for adapters.
    ///
    /// - Parameter problem: What is wrong, and what to change.
    public static func configuration(_ problem: String) -> SessionError {
        SessionError(.configuration, problem)
    }

    static func configuration(_ problems: [String]) -> SessionError {
        let list = problems.map { "\n  - \($0)" }.joined()
        return SessionError(.configuration, "The session configuration is refused:\(list)")
    }

    static func storeUnavailable(_ error: any Error, retryAfter: Duration) -> SessionError {
        SessionError(
            .storeUnavailable,
            "The session store failed; no one was logged out.",
            underlying: error,
            retryAfter: retryAfter
        )
    }

    static func contention(_ id: SessionID, retryAfter: Duration) -> SessionError {
        SessionError(
            .contention,
            "So many requests changed the session \(id) that this one gave up; none of its changes were stored.",
            retryAfter: retryAfter
        )
    }

    static func ended(_ id: SessionID) -> SessionError {
        SessionError(.ended, "The session \(id) has ended; none of this request's changes were stored.")
    }

    static func responseStarted(_ operation: String) -> SessionError {
        SessionError(
            .responseStarted,
            "\(operation) needs a Set-Cookie header, and the response has begun. Call it before returning the response."
        )
    }

    static func valuesTooLarge(_ values: SessionValues, limit: Int) -> SessionError {
        let largest =
            values.largest.map { " The largest is \"\(UntrustedText.escaped($0.name))\" with \($0.byteCount) bytes." }
            ?? ""
        return SessionError(
            .valuesTooLarge,
            """
            The values of the session take \(values.byteCount) bytes; the limit (maximumValuesSize) is \(limit).\
            \(largest) Keep large things elsewhere and their keys here.
            """
        )
    }

    static func cookiesTooLong(
        _ length: Int,
        limit: Int,
        cookieCount: Int?,
        largest: (name: String, byteCount: Int)?
    ) -> SessionError {
        let largest =
            largest.map { " The largest value is \"\(UntrustedText.escaped($0.name))\" with \($0.byteCount) bytes." }
            ?? ""
        let place =
            cookieCount.map { "of \($0) cookie\($0 == 1 ? "" : "s")" } ?? "of a response head that common proxies take"
        return SessionError(
            .valuesTooLarge,
            """
            The sealed session takes \(length) characters; the limit, \(place), is \(limit).\(largest) \
            Keep large things elsewhere and their keys here, or keep the session in a store.
            """
        )
    }

    @usableFromInline
    static func notEncodable(_ name: String, underlying: any Error) -> SessionError {
        SessionError(
            .notEncodable, "The value of \"\(UntrustedText.escaped(name))\" cannot be encoded.", underlying: underlying)
    }
}
