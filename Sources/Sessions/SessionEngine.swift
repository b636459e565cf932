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
    public let configuration: SessionConfiguration
    let driver: any BackendDriver
    let transports: [PreparedTransport]
    let planner: SessionPlanner
    /// Whether openings and closings are part of a trace, which costs them more than they do themselves.
    let isTraced: Bool
    /// Whether a request without the field of the only transport is a visitor without a session, with nothing to be
    /// asked.
    let canSkipLookupWithoutCookie: Bool
    /// What the texts of every request look like, unless the request has a say in it.
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
        self.configuration = configuration
        self.driver = try backend.makeDriver(configuration)
        if let limit = configuration.maximumSessionsPerSubject, !self.driver.listsSessions,
            limit != SessionConfiguration.standardMaximumSessionsPerSubject
        {
            throw SessionError.configuration([
                """
                maximumSessionsPerSubject is \(limit), and nobody knows how many sessions a user has: use the backend \
                .stored(in:) with a store that is a SubjectSessionStore, or nil.
                """
            ])
        }
        let transports = try (transports ?? [CookieTransport()]).map { try $0.bound(to: configuration) }
        let problems = transports.problems(isInText: self.driver.isInText)
        guard problems.isEmpty else { throw SessionError.configuration(problems) }
        self.transports = transports.map(PreparedTransport.init)
        self.planner = SessionPlanner(configuration: configuration, isInText: self.driver.isInText)
        self.isTraced = configuration.tracer != nil
        if configuration.cookieForRequest == nil {
            let nothing = SessionRequest(headerFields: HTTPFields())
            let form = self.driver.form(for: nothing)
            let stranger = self.driver.resolutionAtOnce(of: ExtractedCredentials(of: form), nothing)
            self.usualForm = form
            self.canSkipLookupWithoutCookie =
                transports.count == 1 && transports[0] is CookieTransport && stranger.map { $0.record == nil } ?? false
        } else {
            self.usualForm = nil
            self.canSkipLookupWithoutCookie = false
        }
        let cookie = configuration.cookie
        self.needsConnectionSecurity =
            cookie.secure == .auto || cookie.sameSite == .auto || configuration.cookieForRequest != nil
    }

    /// What the texts of a request look like.
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
        switch try self.begin(request, logger: logger) {
        case .opened(let session): return session
        case .waiting(let opening): return try await self.open(opening)
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
        if self.closeAtOnce(session, outcome: outcome, response: &response) { return }
        try await self.closeByWaiting(session, outcome: outcome, response: &response)
    }
}

extension SessionEngine: CustomStringConvertible, CustomReflectable {
    /// The name of its cookie. Nothing of its store and its keys, which a store of your own may show.
    public var description: String { "SessionEngine(\(self.configuration.cookie.name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
