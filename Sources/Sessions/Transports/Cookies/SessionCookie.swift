//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The cookie that carries a session's credential: its name and attributes (RFC 6265bis).
public struct SessionCookie: Sendable, Equatable {
    /// The name, an RFC 9110 token. The default is `__Host-session`: browsers accept it only with `Secure`, `Path=/`
    /// and without `Domain`, so that no other host of the site can plant one.
    public var name: String

    /// When the cookie has `Secure`. The default is always.
    ///
    /// - Warning: Without `Secure`, anyone on the network path can read the token and act as the visitor.
    public var secure: Secure

    /// Which requests from other sites carry the cookie. The default is `Lax`.
    ///
    /// - Warning: ``SameSite/none`` removes a defense against forged requests.
    public var sameSite: SameSite

    /// Whether scripts cannot read the cookie. The default is true.
    ///
    /// - Warning: Without it, any script injected into a page can steal the token.
    public var isHTTPOnly: Bool

    /// The path below which browsers send the cookie. The default is `/`. It is no security boundary.
    public var path: String

    /// The domain whose hosts all get the cookie. The default is nil: only the host that set it.
    ///
    /// - Warning: Every host below the domain, including those that other parties run, then gets the token and can set
    ///   it.
    public var domain: String?

    /// Whether a third-party frame has its own cookie for each top-level site (`Partitioned`, CHIPS). It needs
    /// `Secure`, and ``SameSite/none`` or ``SameSite/auto``, because browsers send no other cookie to frames. The
    /// default is false.
    public var isPartitioned: Bool

    /// Which cookies Chromium evicts first when there are too many. The default is ``Priority/high``, because other
    /// hosts of the site could otherwise fill the cookie jar until this one is evicted. Nil is medium.
    public var priority: Priority?

    /// Creates a cookie; without arguments it is ``standard``.
    public init(
        name: String = "__Host-session",
        secure: Secure = .always,
        sameSite: SameSite = .lax,
        isHTTPOnly: Bool = true,
        path: String = "/",
        domain: String? = nil,
        isPartitioned: Bool = false,
        priority: Priority? = .high
    ) {
        self.name = name
        self.secure = secure
        self.sameSite = sameSite
        self.isHTTPOnly = isHTTPOnly
        self.path = path
        self.domain = domain
        self.isPartitioned = isPartitioned
        self.priority = priority
    }

    /// `__Host-session`, `Secure`, `HttpOnly`, `SameSite=Lax`, `Path=/`, deleted when the browser closes.
    public static let standard = SessionCookie()

    /// For development over plain HTTP: `session`, with `Secure` on secure connections only.
    ///
    /// - Warning: On a plain connection, anyone on the network path can read the token.
    public static let development = SessionCookie(name: "session", secure: .auto)

    /// When a cookie has the attribute `Secure`.
    public struct Secure: Sendable, Hashable {
        enum Choice: Hashable, Sendable { case always, auto, never }

        let choice: Choice

        /// On every connection. Over plain HTTP browsers then drop the cookie. This is the default.
        public static let always = Secure(choice: .always)

        /// On a secure connection, as seen by the server or a trusted proxy.
        ///
        /// - Warning: The first plain request sends the token in cleartext.
        public static let auto = Secure(choice: .auto)

        /// On no connection.
        ///
        /// - Warning: The token travels in cleartext wherever the page is opened over plain HTTP.
        public static let never = Secure(choice: .never)
    }

    /// Which requests from other sites carry a cookie.
    public struct SameSite: Sendable, Hashable {
        enum Choice: Hashable, Sendable { case strict, lax, none, auto }

        let choice: Choice

        /// None. A visitor who follows a link from another site appears logged out.
        public static let strict = SameSite(choice: .strict)

        /// Only top-level navigation by a safe method. This is the default.
        public static let lax = SameSite(choice: .lax)

        /// All of them. It needs `Secure`.
        ///
        /// - Warning: Forms and frames of every site can then act as the visitor.
        public static let none = SameSite(choice: .none)

        /// ``none`` on a secure connection, ``lax`` on a plain one.
        ///
        /// - Warning: The same as for ``none``.
        public static let auto = SameSite(choice: .auto)
    }

    /// The order in which Chromium evicts cookies.
    public struct Priority: Sendable, Hashable {
        let text: String

        /// Evicted first.
        public static let low = Priority(text: "Low")
        /// Like cookies without a priority.
        public static let medium = Priority(text: "Medium")
        /// Evicted last.
        public static let high = Priority(text: "High")
    }
}
