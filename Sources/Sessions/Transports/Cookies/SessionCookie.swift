//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The cookie that carries a session's token: its name and attributes (RFC 6265bis).
public struct SessionCookie: Sendable, Equatable {
    /// The name, an RFC 9110 token. The default is `__Host-session`: browsers take it only with `Secure`, `Path=/` and
    /// without `Domain`, so that no neighbouring host can plant one.
    public var name: String

    /// When the cookie has `Secure`. The default is always.
    ///
    /// - Warning: Without `Secure` anyone between browser and server can read the token and be the visitor.
    public var secure: Secure

    /// Which requests from other sites carry the cookie. The default is `Lax`.
    ///
    /// - Warning: ``SameSite/none`` takes away a defence against forged requests.
    public var sameSite: SameSite

    /// Whether scripts of the page are kept from the cookie. The default is true.
    ///
    /// - Warning: Without it, any script that gets into a page can take the token away.
    public var isHTTPOnly: Bool

    /// The path below which browsers send the cookie. The default is `/`. It is no security boundary.
    public var path: String

    /// The domain whose hosts all get the cookie. The default is nil: only the host that set it.
    ///
    /// - Warning: Every host below the domain, also one that somebody else runs, then gets the token and can set it.
    public var domain: String?

    /// Whether a third-party frame has a cookie of its own for each top-level site (`Partitioned`, CHIPS). It needs
    /// `Secure`, and ``SameSite/none`` or ``SameSite/auto``, for frames are sent no other cookie. The default is false.
    public var isPartitioned: Bool

    /// Which cookies Chromium gives up first when there are too many. The default is ``Priority/high``: neighbouring
    /// hosts could else fill the jar until this one is gone. Nil is medium.
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

    /// `__Host-session`, `Secure`, `HttpOnly`, `SameSite=Lax`, `Path=/`, gone when the browser closes.
    public static let standard = SessionCookie()

    /// For plain HTTP on a development machine: `session`, with `Secure` on secure connections only.
    ///
    /// - Warning: On a plain connection anyone on the way can read the token.
    public static let development = SessionCookie(name: "session", secure: .auto)

    /// When a cookie has the attribute `Secure`.
    public struct Secure: Sendable, Hashable {
        enum Choice: Hashable, Sendable { case always, auto, never }

        let choice: Choice

        /// On every connection. Over plain HTTP browsers then drop the cookie. This is the default.
        public static let always = Secure(choice: .always)

        /// On a secure connection, as the server or a trusted proxy saw it.
        ///
        /// - Warning: The first plain request sends the token in the clear.
        public static let auto = Secure(choice: .auto)

        /// On no connection.
        ///
        /// - Warning: The token travels in the clear wherever the page is opened by plain HTTP.
        public static let never = Secure(choice: .never)
    }

    /// Which requests from other sites carry a cookie.
    public struct SameSite: Sendable, Hashable {
        enum Choice: Hashable, Sendable { case strict, lax, none, auto }

        let choice: Choice

        /// None: also a link from elsewhere opens the site as a stranger.
        public static let strict = SameSite(choice: .strict)

        /// Only the navigation to a page by a safe method. This is the default.
        public static let lax = SameSite(choice: .lax)

        /// All of them; needs `Secure`.
        ///
        /// - Warning: Every form and frame of every site then acts in the visitor's name.
        public static let none = SameSite(choice: .none)

        /// ``none`` on a secure connection, ``lax`` on a plain one.
        ///
        /// - Warning: As ``none``.
        public static let auto = SameSite(choice: .auto)
    }

    /// How readily Chromium gives a cookie up.
    public struct Priority: Sendable, Hashable {
        let text: String

        /// First to go.
        public static let low = Priority(text: "Low")
        /// As cookies without a priority.
        public static let medium = Priority(text: "Medium")
        /// Last to go.
        public static let high = Priority(text: "High")
    }
}
