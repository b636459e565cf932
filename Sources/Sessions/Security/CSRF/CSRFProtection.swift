//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// Rejects requests that another site made a browser send in its user's name (cross-site request forgery; ASVS 5.0,
/// 3.5.1).
///
/// Middleware for a server framework calls ``check(_:method:authority:session:form:)`` before the handler. Applications
/// with such a middleware need only the configuration.
///
/// Methods that change nothing pass, and so do requests whose session a browser does not send by itself. For all others
/// the first of these checks that applies decides:
///
/// 1. `Sec-Fetch-Site`: `same-origin` and `none` pass.
/// 2. `Origin`: this site's own origin passes.
/// 3. A token of ``Session/csrfToken``, in a header field or in a form field.
/// 4. ``Configuration/undecided``.
public struct CSRFProtection: Sendable {
    /// The options.
    public let configuration: Configuration
    private let rule: CSRFRule

    /// Creates a protection with the default options, which are safe.
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

    /// Whether the check needs to know if a connection is secure, so that an adapter can skip a costly test.
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
        // For the handler, an upgrade to HTTP/2 is not another protocol, and no browser asks for it.
        !method.isSafe || fields.listItems(of: .upgrade).contains { $0.lowercased() != "h2c" }
    }

    /// Decides whether a request may continue. It stores nothing. A rejected request causes an event
    /// (``SessionEvent``).
    ///
    /// - Parameters:
    ///   - request: The request that was passed to ``SessionEngine/open(_:logger:)``.
    ///   - method: Its method.
    ///   - authority: Its `:authority` or `Host`.
    ///   - session: Its session.
    ///   - form: Returns the bytes of its body, and throws when there are more than ``Configuration/maximumFormSize``.
    ///     It is called only if nothing else decides and the body is a form (`application/x-www-form-urlencoded`).
    /// - Throws: ``SessionError`` with the code `crossSite`, whose message names the check that decided; what `form`
    ///   throws.
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
                // The client is a browser, and any site could have made it send the request.
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
        var request = request
        engine.environment.configuration.trustedProxies.resolve(&request)
        let requested = authority.flatMap { WebOrigin(authority: $0, isSecure: request.isSecure) }
        return self.rule.finding(request.headerFields, requested: requested)
    }

    /// Decides whether a request for another protocol may continue, for servers that ask before any middleware runs, as
    /// they do for WebSockets. Call it before ``SessionEngine/open(_:logger:)``.
    ///
    /// Browsers name the source of such a request. A request without a source is from a program: it is accepted unless
    /// it carries cookies.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - authority: Its `:authority` or `Host`.
    ///   - engine: The engine whose session the connection will use.
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
        engine.environment.configuration.report(.refused, .crossSite, error: refusal.error)
        throw refusal.error
    }

    /// The token of a request, right or wrong, or nil when it has none. Several tokens count as a wrong one.
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
    /// Whether a browser may have sent the request's session by itself: true unless the transport is not ambient, as
    /// for bearer tokens.
    fileprivate var mayBeSentByOtherSites: Bool {
        self.isAuthenticatedByCookie || self.withState { $0.live?.isNew ?? true }
    }
}
