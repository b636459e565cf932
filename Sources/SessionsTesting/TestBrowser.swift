//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Sessions
import Synchronization

/// A browser's header fields for tests: it stores and sends cookies as RFC 6265bis tells browsers to, and says where a
/// request comes from with Fetch Metadata and `Origin`.
///
/// It implements `Secure`, `HttpOnly`, `Domain`, `Path`, `Max-Age`, `Expires`, `SameSite`, the name prefixes and the
/// size limits, so that a test sees what a real browser would do with the server's fields. It sends nothing itself. A
/// ``BrowserClient`` does that, and follows redirects.
///
/// ```swift
/// let browser = TestBrowser(clock: clock.sessionClock)
/// var request = HTTPFields()
/// browser.addFields(to: &request, method: .post, for: "https://example.com/account")
/// // … send it …
/// browser.receive(response.headerFields, from: "https://example.com/account")
/// ```
public final class TestBrowser: Sendable {
    /// The initiator of a request. It decides whether `SameSite` allows a cookie to be sent, and what `Sec-Fetch-Site`
    /// and `Origin` say.
    public struct Initiator: Sendable, Hashable {
        enum Choice: Sendable, Hashable {
            case visitor, sameOrigin, sameSite, crossSiteNavigation, crossSiteSubresource
        }

        let choice: Choice

        /// The visitor, who enters the address or opens a bookmark.
        public static let visitor = Initiator(choice: .visitor)
        /// A page of the same origin.
        public static let sameOrigin = Initiator(choice: .sameOrigin)
        /// A page of another host of the same site, such as a subdomain.
        public static let sameSite = Initiator(choice: .sameSite)
        /// A link on a page of another site.
        public static let crossSiteNavigation = Initiator(choice: .crossSiteNavigation)
        /// A form, frame, image or script of another site.
        public static let crossSiteSubresource = Initiator(choice: .crossSiteSubresource)
    }

    private let jar = Mutex<[TestCookie]>([])
    private let clock: SessionClock
    let sendsFetchMetadata: Bool

    /// Creates a browser with an empty jar.
    ///
    /// - Parameters:
    ///   - clock: The clock by which cookies expire. The default is the system's.
    ///   - sendsFetchMetadata: Whether it sends Fetch Metadata, as all current browsers do. The default is true. With
    ///     false it is a browser from before 2023, whose requests are recognized by `Origin` alone.
    public init(clock: SessionClock = .system, sendsFetchMetadata: Bool = true) {
        self.clock = clock
        self.sendsFetchMetadata = sendsFetchMetadata
    }

    /// The stored cookies that have not expired.
    public var cookies: [TestCookie] {
        self.jar.withLock { jar in
            jar.removeAll { $0.isExpired(at: self.clock.now) }
            return jar
        }
    }

    /// The cookie with a name, or nil if there is none.
    public func cookie(named name: String) -> TestCookie? {
        self.cookies.first { $0.name == name }
    }

    /// Adds the cookies for an address to a request.
    public func addCookies(
        to fields: inout HTTPFields,
        for url: String,
        initiatedBy initiator: Initiator = .sameOrigin
    ) {
        guard let location = TestLocation(url) else { return }
        let matching = self.cookies
            .filter { $0.isSent(to: location, initiatedBy: initiator) }
            .sorted { $0.path.utf8.count > $1.path.utf8.count }
        guard !matching.isEmpty else { return }
        fields[.cookie] = matching.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
    }

    /// Stores the cookies of a response.
    ///
    /// - Returns: The `Set-Cookie` fields that a browser rejects. A test may expect none.
    @discardableResult
    public func receive(_ fields: HTTPFields, from url: String) -> [String] {
        guard let location = TestLocation(url) else { return fields[values: .setCookie] }
        return fields[values: .setCookie].filter { field in
            guard let cookie = TestCookie(field, from: location, now: self.clock.now) else { return true }
            self.keep(cookie)
            return false
        }
    }

    /// Puts a cookie into the jar unchecked, as an attacker on a neighboring host might do.
    public func plant(_ cookie: TestCookie) {
        self.keep(cookie)
    }

    /// Removes the session cookies, as closing a browser does.
    public func close() {
        self.jar.withLock { jar in jar.removeAll { $0.expiresAt == nil } }
    }

    /// Removes the cookies of a site and its subdomains, as `Clear-Site-Data` does.
    func removeCookies(ofSite site: String) {
        self.jar.withLock { jar in jar.removeAll { $0.domain == site || $0.domain.hasSuffix("." + site) } }
    }

    /// Removes the cookies with a name, as a visitor may do.
    public func removeCookies(named name: String) {
        self.jar.withLock { jar in jar.removeAll { $0.name == name } }
    }

    private func keep(_ cookie: TestCookie) {
        self.jar.withLock { jar in
            jar.removeAll { $0.isSameCookie(as: cookie) }
            if !cookie.isExpired(at: self.clock.now) { jar.append(cookie) }
        }
    }
}
