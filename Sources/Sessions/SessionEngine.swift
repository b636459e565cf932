//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Logging

/// Opens a session at the beginning of a request and closes it at the end. It alone orders what happens in between.
///
/// ```swift
/// let session = try await engine.open(request, logger: logger)
/// // … the handler uses the session …
/// try await engine.close(session, response: &response.headerFields)
/// ```
///
/// Middleware for a server framework makes these two calls; applications with such a middleware need neither.
public final class SessionEngine: Sendable {
    /// The options of this engine's sessions.
    public var configuration: SessionConfiguration { self.environment.configuration }
    let environment: EngineEnvironment
    let driver: any BackendDriver
    let endingWatch: SessionEndingWatch
    /// Whether synchronous paths are used. They are not used with tracing, because spans are asynchronous.
    let worksWithoutWaiting: Bool
    /// Whether a request without a cookie has no session, without a lookup.
    let canSkipLookupWithoutCookie: Bool
    /// The format of credentials, unless it depends on the request. Not an optional, whose copies cost more ("memory:
    /// untouched").
    private let defaultFormat: CredentialFormat
    private let formatDependsOnRequest: Bool

    /// Creates an engine.
    ///
    /// - Parameters:
    ///   - backend: Where the sessions are kept.
    ///   - configuration: The options. The default is ``SessionConfiguration/init()``, which is safe.
    ///   - transports: The transports. A client that presents no credential receives it by the first one, others by the
    ///     one that they used. The default is nil: the cookie of the configuration, as with ``CookieTransport/init()``.
    /// - Throws: ``SessionError`` with the code `configuration` when the configuration is unsafe or contradicts itself.
    public init(
        _ backend: SessionBackend,
        configuration: SessionConfiguration = SessionConfiguration(),
        transports: [any SessionTransport]? = nil
    ) throws {
        try configuration.check()
        let transports = try (transports ?? [CookieTransport()]).map { try $0.bound(to: configuration) }
        self.environment = EngineEnvironment(
            configuration, transports: transports.map(PreparedTransport.init), isSelfContained: backend.isSelfContained)
        self.driver = try backend.makeDriver(self.environment)
        self.endingWatch = SessionEndingWatch(self.driver, every: configuration.endingCheckInterval)
        if let limit = configuration.maximumSessionsPerSubject, !self.driver.supportsListing,
            limit != SessionConfiguration.standardMaximumSessionsPerSubject
        {
            throw SessionError.configuration([
                """
                maximumSessionsPerSubject is \(limit), and this backend does not know how many sessions a user has: \
                use the backend .stored(in:) with a store that is a SubjectSessionStore, or nil.
                """
            ])
        }
        if configuration.allowsImpersonation != nil, !self.driver.supportsImpersonation {
            throw SessionError.configuration([
                """
                allowsImpersonation needs sessions in a store, because a session in which an administrator acts ends \
                with the administrator's: use the backend .stored(in:), or nil.
                """
            ])
        }
        if self.environment.bindsDevices {
            if let problem = self.driver.deviceBindingProblem { throw SessionError.configuration([problem]) }
            guard transports.contains(where: { $0.kind == .cookie }) else {
                throw SessionError.configuration([
                    "deviceBinding needs a CookieTransport, because browsers bind cookies alone: add one, or use .off."
                ])
            }
        }
        let problems = transports.problems(isSelfContained: backend.isSelfContained)
        guard problems.isEmpty else { throw SessionError.configuration(problems) }
        self.worksWithoutWaiting = configuration.tracer == nil && !configuration.alwaysWaits
        self.defaultFormat = self.driver.credentialFormat(for: SessionRequest(headerFields: HTTPFields()))
        self.formatDependsOnRequest = configuration.cookieForRequest != nil
        self.canSkipLookupWithoutCookie =
            self.worksWithoutWaiting && configuration.cookieForRequest == nil && transports.count == 1
            && transports[0] is CookieTransport && self.driver.sessionForVisitor() == nil
        let cookie = configuration.cookie
        self.needsConnectionSecurity =
            cookie.secure == .auto || cookie.sameSite == .auto || configuration.cookieForRequest != nil
    }

    var transports: [PreparedTransport] { self.environment.transports }

    /// The transports' challenges for clients that must authenticate.
    func challenges(_ challenge: SessionChallenge) -> [String] { self.environment.challenges(challenge) }

    /// The format of the credentials of a request.
    func credentialFormat(for request: SessionRequest) -> CredentialFormat {
        self.formatDependsOnRequest ? self.driver.credentialFormat(for: request) : self.defaultFormat
    }

    /// Whether this engine needs to know if a connection is secure, so that an adapter can skip a costly check.
    public let needsConnectionSecurity: Bool

    /// Resolves the session of a request.
    ///
    /// A request without a token never reads the store. An unknown, forged, expired or malformed token, or a right id
    /// with a wrong secret, resolves to a visitor without a session.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - logger: The logger. No secret is ever logged.
    /// - Throws: ``SessionError``: `storeUnavailable` when the store fails, unless the policy is
    ///   ``StoreFailurePolicy/anonymous``; `conflictingSessions` when a request carries the sessions of two visitors by
    ///   different transports; `invalidCredentials` when a transport rejects what the request carries, as
    ///   ``BearerTransport`` does; and `CancellationError` when the task is canceled.
    public func open(_ request: consuming SessionRequest, logger: consuming Logger) async throws -> Session {
        self.environment.configuration.trustedProxies.resolve(&request)
        let progress = try self.openWithoutWaiting(request, logger: logger)
        if case .finished(let session) = progress { return session }
        return try await self.open(progress)
    }

    /// How a handler ended.
    public struct Outcome: Sendable, Hashable {
        let isFailure: Bool

        /// With a response, or with an error that is a response. This is the default.
        public static let responded = Outcome(isFailure: false)

        /// With an unexpected error. Unsaved changes are dropped. Completed operations remain, and the client is told
        /// of them.
        public static let failed = Outcome(isFailure: true)
    }

    /// Stores the changes of a request, and writes the session's header fields into the response.
    ///
    /// Call it when the handler is done and before the head of the response leaves. The store is written first, so the
    /// header fields are always true. They are written even if this throws, for the operations that completed before.
    ///
    /// - Parameters:
    ///   - session: The session of the request.
    ///   - outcome: How the handler ended.
    ///   - response: The header fields of the response.
    /// - Throws: ``SessionError``, or `CancellationError`. The handler's response must then not be sent as a success.
    public func close(
        _ session: Session,
        outcome: Outcome = .responded,
        response: inout HTTPFields
    ) async throws {
        // The clock may be the application's, so it is read before a lock is taken. It is not read for a visitor
        // without a session ("memory: no cookie").
        let now = session.resolution == .noToken ? nil : self.environment.configuration.clock.now
        if self.worksWithoutWaiting, session.closeUnchanged(outcome, &response, now: now) { return }
        let progress = try self.closeWithoutWaiting(
            session, outcome, &response, now: now ?? self.environment.configuration.clock.now)
        if case .waiting = progress { try await self.close(progress, session, &response) }
    }

    /// Writes the fields of ``close(_:outcome:response:)`` into another response that replaces the handler's, such as
    /// the one for an error that it threw. Before the session is closed it does nothing.
    ///
    /// - Parameters:
    ///   - session: The session of the request.
    ///   - response: The header fields of the other response.
    public func writeFields(of session: Session, to response: inout HTTPFields) {
        guard let effects = session.withState({ $0.effects }) else { return }
        session.write(effects, to: &response)
    }
}

extension SessionEngine: CustomStringConvertible, CustomReflectable {
    /// The name of its cookie. It has nothing of the store or the keys, which a custom store might print.
    public var description: String { "SessionEngine(\(self.configuration.cookie.name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
