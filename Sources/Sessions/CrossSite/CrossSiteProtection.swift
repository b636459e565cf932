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
public struct CrossSiteProtection: Sendable {
    /// What it goes by.
    public let configuration: Configuration
    private let rule: CrossSiteRule

    /// Creates a protection with the defaults, which are safe.
    public init() {
        self.configuration = Configuration()
        self.rule = CrossSiteRule()
    }

    /// Creates a protection.
    ///
    /// - Throws: ``SessionError`` with the code `configuration` when the configuration contradicts itself.
    public init(_ configuration: Configuration) throws(SessionError) {
        try configuration.check()
        self.configuration = configuration
        self.rule = CrossSiteRule(
            origins: Set(configuration.origins.compactMap { WebOrigin($0) }),
            trustedOrigins: Set(configuration.trustedOrigins.compactMap { WebOrigin($0) })
        )
    }

    /// Whether it matters if a connection is secure, so that an adapter for which it is costly to find out need not ask.
    public func needsConnectionSecurity(for method: HTTPRequest.Method) -> Bool {
        self.rule.origins.isEmpty && !Self.isSafe(method)
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
    /// - Throws: ``SessionError`` with the code `crossSite`, whose message says which of the checks decided; what `form`
    ///   throws.
    public func check(
        _ request: SessionRequest,
        method: HTTPRequest.Method,
        authority: String?,
        session: Session,
        form: () async throws -> [UInt8]
    ) async throws {
        guard !Self.isSafe(method), session.mayBeSentByOtherSites else { return }
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
        let isSecure = session.engine.configuration.trustedProxies.resolve(request).isSecure
        let requested = authority.flatMap { WebOrigin(authority: $0, isSecure: isSecure) }
        switch self.rule.finding(request.headerFields, requested: requested) {
        case .accepted:
            return
        case .refused(let refusal):
            throw refusal.error
        case .undecided:
            let hasSession = !session.isNew
            if hasSession, let token = try await self.token(in: request.headerFields, form) {
                guard try session.acceptsCSRFToken(token) else { throw CrossSiteRefusal.wrongToken.error }
            } else if !self.configuration.undecided.accepts(hasSession: hasSession) {
                throw CrossSiteRefusal.undecided.error
            }
        }
    }

    /// The methods that RFC 9110 section 9.2.1 calls safe; their names have capital letters.
    private static func isSafe(_ method: HTTPRequest.Method) -> Bool {
        [.get, .head, .options, .trace].contains(method)
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
    fileprivate var mayBeSentByOtherSites: Bool { self.isCookieBorne || self.withState { $0.live?.isNew ?? true } }
}
