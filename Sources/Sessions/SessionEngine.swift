//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Logging

/// Opens a session at the beginning of a request and closes it at the end: the one place that orders what happens in
/// between.
///
/// ```swift
/// let session = try await engine.open(request, logger: logger)
/// // … the handler uses the session …
/// try await engine.close(session, response: &response.headerFields)
/// ```
///
/// Middleware for a server framework is these two calls; applications that have such a middleware need neither.
public final class SessionEngine: Sendable {
    /// How this engine's sessions behave.
    public var configuration: SessionConfiguration { self.environment.configuration }
    let environment: EngineEnvironment
    let driver: any BackendDriver
    /// Whether what can be done without waiting is done so: not in a trace, whose spans are asynchronous.
    let worksWithoutWaiting: Bool
    /// Whether a request without a cookie is a visitor without a session, with nothing to look up.
    let canSkipLookupWithoutCookie: Bool
    /// What the credentials of every request look like, unless the request has a say in it.
    private let usualForm: ExtractedCredentials.Form?

    /// Creates an engine.
    ///
    /// - Parameters:
    ///   - backend: Where the sessions are remembered.
    ///   - configuration: How they behave. The default is ``SessionConfiguration/init()``, which is safe.
    ///   - transports: How sessions travel, in the order in which they are given to clients that came without one: to
    ///     those by the first, to the others as they came. The default is nil: in the cookie of the configuration, as
    ///     with ``CookieTransport/init()``.
    /// - Throws: ``SessionError`` with the code `configuration` when the configuration is unsafe or contradicts itself.
    public init(
        _ backend: SessionBackend,
        configuration: SessionConfiguration = SessionConfiguration(),
        transports: [any SessionTransport]? = nil
    ) throws {
        try configuration.check()
        let transports = try (transports ?? [CookieTransport()]).map { try $0.bound(to: configuration) }
        self.environment = EngineEnvironment(
            configuration, transports: transports.map(PreparedTransport.init), isInText: backend.isInText)
        self.driver = try backend.makeDriver(self.environment)
        if let limit = configuration.maximumSessionsPerSubject, !self.driver.listsSessions,
            limit != SessionConfiguration.standardMaximumSessionsPerSubject
        {
            throw SessionError.configuration([
                """
                maximumSessionsPerSubject is \(limit), and this backend does not know how many sessions a user has: \
                use the backend .stored(in:) with a store that is a SubjectSessionStore, or nil.
                """
            ])
        }
        let problems = transports.problems(isInText: backend.isInText)
        guard problems.isEmpty else { throw SessionError.configuration(problems) }
        self.worksWithoutWaiting = configuration.tracer == nil && !configuration.alwaysWaits
        self.usualForm =
            configuration.cookieForRequest == nil
            ? self.driver.form(for: SessionRequest(headerFields: HTTPFields())) : nil
        self.canSkipLookupWithoutCookie =
            self.worksWithoutWaiting && configuration.cookieForRequest == nil && transports.count == 1
            && transports[0] is CookieTransport && self.driver.sessionForVisitor() == nil
        let cookie = configuration.cookie
        self.needsConnectionSecurity =
            cookie.secure == .auto || cookie.sameSite == .auto || configuration.cookieForRequest != nil
    }

    var transports: [PreparedTransport] { self.environment.transports }

    /// What the transports ask of clients that are to say who they are.
    func challenges(_ challenge: SessionChallenge) -> [String] { self.environment.challenges(challenge) }

    /// What the credentials of a request look like.
    func form(for request: SessionRequest) -> ExtractedCredentials.Form {
        self.usualForm ?? self.driver.form(for: request)
    }

    /// Whether it matters to this engine if a connection is secure, so that an adapter for which it is costly to find
    /// out need not always ask.
    public let needsConnectionSecurity: Bool

    /// Finds out who a request is from.
    ///
    /// A request without a token never asks the store. An unknown, forged, expired or malformed token, and a right id
    /// with a wrong secret, are a visitor without a session.
    ///
    /// - Parameters:
    ///   - request: What is known of the request.
    ///   - logger: Where to say what happened; no secret is ever logged.
    /// - Throws: ``SessionError``: `storeUnavailable` when the store does not answer, unless the policy is
    ///   ``StoreFailurePolicy/anonymous``; `conflictingSessions` when a request is from two visitors at once, by
    ///   different transports; `invalidCredentials` when a transport refuses what the request carries, as
    ///   ``BearerTransport`` does; and `CancellationError` when the task is cancelled.
    public func open(_ request: consuming SessionRequest, logger: consuming Logger) async throws -> Session {
        let request = self.environment.configuration.trustedProxies.resolve(request)
        if self.canSkipLookupWithoutCookie, !CookieHeader.isThere(in: request.headerFields) {
            let resolution = SessionResolution(standing: .visitor, reason: .noToken)
            return Session(engine: self, request: request, logger: logger, resolution: resolution)
        }
        var opening = try SessionOpening(request, logger: logger, self)
        if self.worksWithoutWaiting, let session = try opening.performWithoutWaiting() { return session }
        return try await self.traced("session.open") {
            try await opening.perform()
        } describe: { session, span in
            session.describe(in: span)
        }
    }

    /// How a handler came to its end.
    public struct Outcome: Sendable, Hashable {
        let isFailure: Bool

        /// With a response, or with an error that is one. This is the default.
        public static let responded = Outcome(isFailure: false)

        /// With an error that nobody meant: what was set and not saved is dropped; what the operations did stands, and
        /// the client is told of it.
        public static let failed = Outcome(isFailure: true)
    }

    /// Stores what a request changed, and writes what the client must know into the response.
    ///
    /// Call it when the handler is done and before the head of the response leaves. The store comes first: the header
    /// fields are written only after what they promise is true. They are written even if this throws, for what the
    /// operations did before.
    ///
    /// - Parameters:
    ///   - session: The session of the request.
    ///   - outcome: How the handler came to its end.
    ///   - response: The header fields of the response.
    /// - Throws: ``SessionError``, or `CancellationError`. The response of the handler must then not be sent as if all
    ///   had gone well.
    public func close(
        _ session: Session,
        outcome: Outcome = .responded,
        response: inout HTTPFields
    ) async throws {
        var closing = SessionClosing(session, .end(outcome))
        if self.worksWithoutWaiting, try closing.closeWithoutWaiting(&response) { return }
        try await self.traced("session.close") {
            try await closing.close(&response)
        } describe: { _, span in
            session.describe(in: span)
        }
    }

    /// Writes what ``close(_:outcome:response:)`` wrote into another response, which goes out in place of the handler's:
    /// the answer to the error that it threw, for example. Before the session is closed it does nothing.
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
    /// The name of its cookie. Nothing of its store and its keys, which a store of your own may show.
    public var description: String { "SessionEngine(\(self.configuration.cookie.name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
