//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
public import HTTPTypes
public import Sessions
import Synchronization

/// A browser with device-bound sessions for tests: it registers keys, delays requests that lack a bound cookie, and
/// refreshes the cookie by proof, as the draft of Device Bound Session Credentials and Chrome do.
///
/// ```swift
/// let browser = DeviceBoundBrowser(clock: clock.sessionClock) { request in
///     try await application.respond(to: request)
/// }
/// try await browser.send(.post, "https://example.com/login")
/// #expect(browser.sessions.count == 1)
/// clock.advance(by: .seconds(600))
/// try await browser.send(.get, "https://example.com/account")
/// ```
///
/// Where the draft and Chrome differ, it does what ends a session: a server that satisfies it satisfies both. A
/// registration is complete when ``send(_:_:headerFields:from:withCredentials:)`` returns; real browsers do not wait
/// for it. The site of a host is its last two labels, and redirects are not followed.
public final class DeviceBoundBrowser: Sendable {
    /// A request as the server gets it.
    public struct Request: Sendable {
        /// The method.
        public let method: HTTPRequest.Method
        /// The address, such as `https://example.com/account?page=1`.
        public let url: String
        /// The header fields, with cookies.
        public let headerFields: HTTPFields

        /// Creates a request, such as that of a thief who has a copy of a cookie.
        ///
        /// - Parameters:
        ///   - method: The method. The default is GET.
        ///   - url: The address.
        ///   - headerFields: The header fields, with cookies. The default is none.
        public init(method: HTTPRequest.Method = .get, url: String, headerFields: HTTPFields = [:]) {
            self.method = method
            self.url = url
            self.headerFields = headerFields
        }
    }

    /// A response of the server.
    public struct Response: Sendable {
        /// The status.
        public let status: HTTPResponse.Status
        /// The header fields.
        public let headerFields: HTTPFields
        /// The body.
        public let body: String

        /// Creates a response.
        ///
        /// - Parameters:
        ///   - status: The status. The default is 200.
        ///   - headerFields: The header fields. The default is none.
        ///   - body: The body. The default is empty.
        public init(status: HTTPResponse.Status = .ok, headerFields: HTTPFields = [:], body: String = "") {
            self.status = status
            self.headerFields = headerFields
            self.body = body
        }
    }

    /// How the values of request fields are written.
    public struct FieldForm: Sendable, Hashable {
        let isQuoted: Bool

        /// Bare, as Chrome does. This is the default.
        public static let bare = FieldForm(isQuoted: false)
        /// Quoted, as the draft says.
        public static let quoted = FieldForm(isQuoted: true)
    }

    /// How often a browser signs for a site.
    public struct SigningQuota: Sendable, Hashable {
        /// The maximum number of signatures in the period.
        public let count: Int
        /// The period.
        public let period: Duration

        /// Creates a quota.
        public init(_ count: Int, per period: Duration) {
            self.count = count
            self.period = period
        }

        /// 6 in 9 minutes, as in Chrome. This is the default.
        public static let standard = SigningQuota(6, per: .seconds(9 * 60))
    }

    /// The cookies.
    public let cookies: TestBrowser
    let clock: SessionClock
    let form: FieldForm
    let quota: SigningQuota
    let server: @Sendable (Request) async throws -> Response
    let state = Mutex(State())

    struct State {
        var sessions: [DeviceBrowserSession] = []
        var events: [DeviceBrowserEvent] = []
        /// When a proof was signed, for each site.
        var signings: [String: [SessionInstant]] = [:]
        /// The requests that wait for a refresh of a session that another request has begun.
        var refreshes: [DeviceBrowserSession.Name: [CheckedContinuation<Void, Never>]] = [:]
    }

    /// Creates a browser without cookies and keys.
    ///
    /// - Parameters:
    ///   - clock: The clock. The default is the system's.
    ///   - form: How the values of request fields are written. The default is bare.
    ///   - quota: How often the browser signs for a site. The default is 6 times in 9 minutes.
    ///   - server: Answers a request. An error means that the server was not reached.
    public init(
        clock: SessionClock = .system,
        form: FieldForm = .bare,
        quota: SigningQuota = .standard,
        server: @escaping @Sendable (Request) async throws -> Response
    ) {
        self.cookies = TestBrowser(clock: clock)
        self.clock = clock
        self.form = form
        self.quota = quota
        self.server = server
    }

    /// The bound sessions of all sites, in the order of registration.
    public var sessions: [DeviceBrowserSession] { self.state.withLock { $0.sessions } }

    /// What the browser did, in order.
    public var events: [DeviceBrowserEvent] { self.state.withLock { $0.events } }

    /// Sends a request, after the refreshes that it needs.
    ///
    /// - Parameters:
    ///   - method: The method. The default is GET.
    ///   - url: The address.
    ///   - headerFields: Header fields besides cookies. The default is none.
    ///   - page: The address of the page that makes the request. The default is nil: a page of the same origin.
    ///   - withCredentials: Whether cookies are sent and received. The default is true. Without, nothing is refreshed.
    /// - Returns: The response.
    /// - Throws: The error of the server: it was not reached.
    @discardableResult
    public func send(
        _ method: HTTPRequest.Method = .get,
        _ url: String,
        headerFields: HTTPFields = [:],
        from page: String? = nil,
        withCredentials: Bool = true
    ) async throws -> Response {
        var fields = headerFields
        if withCredentials {
            let skipped = await self.refreshSessions(for: url, from: page ?? url)
            if !skipped.isEmpty, let name = Field.skipped { fields[name] = skipped.joined(separator: ", ") }
        }
        let response = try await self.exchange(
            Request(method: method, url: url, headerFields: fields),
            withCredentials: withCredentials,
            from: page ?? url
        )
        if withCredentials { await self.register(for: response, from: url, on: page ?? url) }
        return response
    }

    /// Sends one request with cookies, and takes what the response sets.
    func exchange(_ request: Request, withCredentials: Bool, from page: String) async throws -> Response {
        var fields = request.headerFields
        let location = TestLocation(request.url)
        let isSameSite = location?.site == TestLocation(page)?.site
        if withCredentials {
            self.cookies.addCookies(
                to: &fields,
                for: request.url,
                initiatedBy: isSameSite ? .sameSite : .crossSiteSubresource
            )
        }
        let response = try await self.server(Request(method: request.method, url: request.url, headerFields: fields))
        guard withCredentials, let location else { return response }
        self.cookies.receive(response.headerFields, from: request.url)
        self.clearSiteData(response, from: location)
        self.keepChallenges(of: response, from: location)
        return response
    }

    private func clearSiteData(_ response: Response, from location: TestLocation) {
        guard location.isTrustworthy, let name = HTTPField.Name("Clear-Site-Data") else { return }
        let types = response.headerFields[values: name].joined(separator: ",").split(separator: ",")
            .map { $0.drop { $0 == " " }.prefix { $0 != " " } }
        let clearsCookies = types.contains("\"cookies\"") || types.contains("\"*\"")
        if clearsCookies { self.cookies.removeCookies(ofSite: location.site) }
        guard clearsCookies || types.contains("\"storage\"") else { return }
        for session in self.sessions where session.name.site == location.site {
            self.end(session.name, .clearedSiteData)
        }
    }

    /// Removes a session from the browser.
    func end(_ name: DeviceBrowserSession.Name, _ reason: DeviceBrowserEvent.Reason) {
        self.state.withLock { state in
            guard let index = state.sessions.firstIndex(where: { $0.name == name }) else { return }
            state.sessions.remove(at: index)
            state.events.append(DeviceBrowserEvent(.ended, name.id, reason))
        }
    }

    func record(_ event: DeviceBrowserEvent) {
        self.state.withLock { $0.events.append(event) }
    }
}
#endif
