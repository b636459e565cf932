//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// Refuses requests that another site made a browser send in its user's name (cross-site request forgery; ASVS 5.0,
/// 3.5.1).
///
/// Middleware for a server framework is ``check(_:method:authority:session:form:)`` before the handler; applications
/// that have such a middleware need nothing of this but its configuration.
///
/// Methods that change nothing pass, and so do requests whose session a browser does not send by itself. Of all others
/// the first of these decides that has something to say:
///
/// 1. `Sec-Fetch-Site`: `same-origin` and `none` pass.
/// 2. `Origin`: this site's own passes.
/// 3. A token of ``Session/csrfToken``, in a header field or in a field of a form.
/// 4. ``Configuration/undecided``.
public struct CSRFProtection: Sendable {
    /// What it goes by.
    public let configuration: Configuration
    private let rule: CSRFRule

    /// Creates a protection with the defaults, which are safe.
    public init() {
        self.configuration = Configuration()
        self.rule = CSRFRule()
    }

    /// Creates a protection.
    ///
    /// - Throws: ``SessionError`` with the code `configuration` when the configuration contradicts itself.
    public init(_ configuration: Configuration) throws(SessionError) {
        try configuration.check()
        self.configuration = configuration
        self.rule = CSRFRule(
            origins: Set(configuration.origins.compactMap { WebOrigin($0) }),
            trustedOrigins: Set(configuration.trustedOrigins.compactMap { WebOrigin($0) })
        )
    }

    /// Whether it matters if a connection is secure, so that an adapter for which it is costly to find out need not
    /// ask.
    ///
    /// - Parameters:
    ///   - method: The method of the request.
    ///   - fields: Its header fields.
    public func needsConnectionSecurity(for method: HTTPRequest.Method, with fields: HTTPFields) -> Bool {
        self.rule.origins.isEmpty && Self.isChecked(method, fields)
    }

    /// Whether a request may change something: its method is not safe, or it asks for another protocol. The handler of
    /// a WebSocket acts for the user of the session, and browsers let every site open one (RFC 6455, 10.2).
    private static func isChecked(_ method: HTTPRequest.Method, _ fields: HTTPFields) -> Bool {
        // A change to HTTP/2 is no other protocol to the handler, and no browser asks for it.
        !method.isSafe || fields.listItems(of: .upgrade).contains { $0.lowercased() != "h2c" }
    }

    /// Decides whether a request may go on. It stores nothing; what it refuses is an event (``SessionEvent``).
    ///
    /// - Parameters:
    ///   - request: What is known of the request, as it was given to ``SessionEngine/open(_:logger:)``.
    ///   - method: Its method.
    ///   - authority: What it calls this server: `:authority`, or `Host`.
    ///   - session: Its session.
    ///   - form: Gives the bytes of its body, and throws when there are more than
    ///     ``Configuration/maximumFormSize``. Asked for only if nothing else decides and the body is a form
    ///     (`application/x-www-form-urlencoded`).
    /// - Throws: ``SessionError`` with the code `crossSite`, whose message says which of the checks decided; what
    ///   `form` throws.
    public func check(
        _ request: SessionRequest,
        method: HTTPRequest.Method,
        authority: String?,
        session: Session,
        form: () async throws -> [UInt8]
    ) async throws {
        guard Self.isChecked(method, request.headerFields), session.mayBeSentByOtherSites else { return }
        do {
            try await self.decide(request, authority: authority, session: session, form: form)
        } catch let error as SessionError where error.code == .crossSite {
            session.report(.refused, .crossSite, session.id, subject: session.subject, error: error)
            throw error
        }
    }

    private func decide(
        _ request: SessionRequest,
        authority: String?,
        session: Session,
        form: () async throws -> [UInt8]
    ) async throws {
        let finding = self.finding(request, authority: authority, engine: session.engine)
        switch finding {
        case .accepted:
            return
        case .refused(let refusal):
            throw refusal.error
        case .undecided, .hidden:
            let hasSession = session.withState { $0.live.map { !$0.isNew } ?? false }
            if hasSession, let token = try await self.token(in: request.headerFields, form) {
                guard try session.acceptsCSRFToken(token) else { throw CSRFRefusal.wrongToken.error }
            } else if hasSession, finding == .hidden {
                // It is a browser, which any site could have made send it.
                throw CSRFRefusal.hiddenOrigin.error
            } else if !self.configuration.undecided.accepts(hasSession: hasSession) {
                throw CSRFRefusal.undecided.error
            }
        }
    }

    private func finding(
        _ request: SessionRequest,
        authority: String?,
        engine: SessionEngine
    ) -> CSRFRule.Finding {
        let isSecure = engine.configuration.trustedProxies.resolve(request).isSecure
        let requested = authority.flatMap { WebOrigin(authority: $0, isSecure: isSecure) }
        return self.rule.finding(request.headerFields, requested: requested)
    }

    /// Decides whether a request for another protocol may go on, where servers ask before any middleware runs, as they
    /// do for WebSockets. Call it before ``SessionEngine/open(_:logger:)``.
    ///
    /// Browsers say where such a request is from. One that says nothing is from a program: it is accepted unless it
    /// carries cookies.
    ///
    /// - Parameters:
    ///   - request: What is known of the request.
    ///   - authority: What it calls this server: `:authority`, or `Host`.
    ///   - engine: The engine whose session the connection is to use.
    /// - Throws: ``SessionError`` with the code `crossSite`.
    public func checkUpgrade(
        _ request: SessionRequest,
        authority: String?,
        engine: SessionEngine
    ) throws(SessionError) {
        let refusal: CSRFRefusal
        switch self.finding(request, authority: authority, engine: engine) {
        case .accepted: return
        case .refused(let reason): refusal = reason
        case .hidden: refusal = .hiddenOrigin
        case .undecided:
            let hasCookies = request.headerFields.contains(.cookie)
            guard hasCookies, !self.configuration.undecided.accepts(hasSession: true) else { return }
            refusal = .undecided
        }
        engine.configuration.report(.refused, .crossSite, error: refusal.error)
        throw refusal.error
    }

    /// The token of a request, right or wrong, or nil when it has none. Several are none that could be right.
    private func token(in fields: HTTPFields, _ form: () async throws -> [UInt8]) async throws -> [UInt8]? {
        if let name = HTTPField.Name(self.configuration.tokenHeader), let value = fields[name] {
            return Array(value.utf8)
        }
        guard FormField.isForm(fields) else { return nil }
        let values = FormField.values(named: self.configuration.tokenField, in: try await form())
        return values.count > 1 ? [] : values.first
    }
}

extension Session {
    /// Whether a browser may have sent the request's session by itself: all but those that were asked for, as bearer
    /// tokens are.
    fileprivate var mayBeSentByOtherSites: Bool {
        self.isAuthenticatedByCookie || self.withState { $0.live?.isNew ?? true }
    }
}
