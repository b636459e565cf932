//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
public import Sessions

/// The sessions of users who logged in with an OpenID provider, which can end them: OpenID Connect Back-Channel Logout
/// 1.0.
///
/// Log users in with it once the ID token is validated, and add the route of an ``OpenIDLogoutResponder``, which ends
/// the sessions that a logout token of the provider names:
///
/// ```swift
/// try await logins.logIn("ada", as: idToken.sub, providerSession: idToken.sid, in: session)
/// ```
///
/// An index beside the sessions knows which of them began with a session of the provider, and with a user of the
/// provider. It is read in pages, and has no more entries than users have sessions. It needs sessions in a store.
public final class OpenIDSessions: Sendable {
    /// What the index knows of a session.
    private struct Entry: Codable, Sendable {
        let session: SessionID
        /// The user here.
        let subject: String
        /// The user at the provider.
        let providerSubject: String
    }

    /// The mark of a logout.
    private struct Mark: Codable {
        /// In milliseconds since 1970.
        let time: Int64
    }

    /// The provider.
    public let provider: OpenIDProvider
    private let engine: SessionEngine
    private let index: TokenRegistry<Entry>
    private let identifiers: NamedRecords
    private let marks: NamedRecords
    private let checks: [LogoutTokenCheck]

    /// How long a logout is known to logins under way.
    private static let markLifetime = Duration.seconds(15 * 60)

    /// Creates the sessions of a provider.
    ///
    /// - Parameters:
    ///   - provider: The provider.
    ///   - engine: The engine, with sessions in a store.
    ///   - store: The store of the index, usually that of the sessions.
    /// - Throws: `SessionError` with the code `configuration`, such as for an engine whose sessions are in cookies: no
    ///   index can name them.
    public convenience init(
        _ provider: OpenIDProvider,
        engine: SessionEngine,
        in store: any SubjectSessionStore
    ) throws {
        try self.init(provider, engine: engine, in: store, checks: LogoutTokenCheck.all)
    }

    init(
        _ provider: OpenIDProvider,
        engine: SessionEngine,
        in store: any SubjectSessionStore,
        checks: [LogoutTokenCheck]
    ) throws {
        guard engine.supportsListing else {
            throw SessionError.configuration(
                """
                OpenIDSessions ends sessions by their ids, and this engine does not keep its sessions in a store that \
                lists them: use the backend .stored(in:).
                """
            )
        }
        guard !provider.issuer.isEmpty, !provider.clientID.isEmpty else {
            throw SessionError.configuration("The issuer and the client id of an OpenID provider must not be empty.")
        }
        let configuration = engine.configuration
        self.provider = provider
        self.engine = engine
        // Beyond the sessions of a user: the oldest entry is then of a session that has ended.
        let maximum = configuration.maximumSessionsPerSubject.map { $0.addingReportingOverflow(32).partialValue }
        self.index = try TokenRegistry(
            "openid sessions", in: store, maximumPerCategory: maximum, configuration: configuration)
        self.identifiers = NamedRecords("openid tokens", in: store, configuration: configuration)
        self.marks = NamedRecords("openid logouts", in: store, configuration: configuration)
        self.checks = checks
    }

    /// Logs a user in whom the provider has authenticated, and notes the session, so that the provider can end it.
    ///
    /// - Parameters:
    ///   - subject: The user, as in `Session.logIn`.
    ///   - providerSubject: The user at the provider: `sub` of the validated ID token.
    ///   - providerSession: The session at the provider: `sid` of the ID token. Nil if the provider names none; it can
    ///     then end all sessions of the user alone.
    ///   - session: The session of the request.
    ///   - remember: Whether the visitor is remembered after the browser closes. The default is false.
    ///   - methods: The methods by which the user authenticated: `amr`. The default is none.
    ///   - level: The level that this authentication reaches. The default is nil.
    /// - Throws: `SessionError`, as `Session.logIn` does; ``OpenIDLogoutError`` with the code `providerSessionEnded`
    ///   when the provider has ended its session in the meantime. No one is logged in then.
    public func logIn(
        _ subject: String,
        as providerSubject: String,
        providerSession: String?,
        in session: Session,
        remember: Bool = false,
        methods: [AuthenticationMethod] = [],
        level: AuthenticationLevel? = nil
    ) async throws {
        let begin = self.engine.configuration.clock.now
        try await session.logIn(subject, remember: remember, methods: methods, level: level)
        try await self.note(subject, providerSubject, providerSession, session, since: begin)
    }

    /// Records a new authentication by the provider of the user who is logged in, as `Session.reauthenticate` does. The
    /// session is noted again, because it lives longer now.
    ///
    /// - Parameters:
    ///   - providerSubject: The user at the provider.
    ///   - providerSession: The session at the provider.
    ///   - session: The session of the request.
    ///   - methods: The methods by which the user authenticated. The default is none.
    ///   - level: The level that this authentication reaches. The default is nil.
    /// - Throws: `SessionError`, as `Session.reauthenticate` does; ``OpenIDLogoutError`` with the code
    ///   `providerSessionEnded`.
    public func reauthenticate(
        as providerSubject: String,
        providerSession: String?,
        in session: Session,
        methods: [AuthenticationMethod] = [],
        level: AuthenticationLevel? = nil
    ) async throws {
        let begin = self.engine.configuration.clock.now
        try await session.reauthenticate(methods: methods, level: level)
        guard let subject = session.subject else { return }
        try await self.note(subject, providerSubject, providerSession, session, since: begin)
    }

    private func note(
        _ subject: String,
        _ providerSubject: String,
        _ providerSession: String?,
        _ session: Session,
        since begin: SessionInstant
    ) async throws {
        guard let id = session.id, let end = session.absoluteExpiresAt else { return }
        do {
            let lifetime = max(.seconds(1), end - self.engine.configuration.clock.now)
            let entry = Entry(session: id, subject: subject, providerSubject: providerSubject)
            var categories = [self.category(ofUser: providerSubject)]
            if let providerSession { categories.append(self.category(ofSession: providerSession)) }
            for category in categories { _ = try await self.index.register(entry, category: category, for: lifetime) }
            // A logout is marked before the index is read. So it either finds the entry, or is found here.
            let user = try await self.logout(of: self.category(ofUser: providerSubject))
            var isSessionEnded = false
            if let providerSession {
                isSessionEnded = try await self.logout(of: self.category(ofSession: providerSession)) != nil
            }
            guard !isSessionEnded, user.map({ $0 < begin }) ?? true else {
                throw OpenIDLogoutError(
                    .providerSessionEnded, "The provider ended its session while the user logged in: log in again.")
            }
        } catch {
            // A session that the provider could not end must not continue.
            try await session.logOut(because: .revoked)
            throw error
        }
    }

    /// Ends the sessions that a logout token names: those of its session at the provider, or all of its user. When this
    /// returns, they have ended everywhere.
    ///
    /// - Parameter token: The token, as the provider sent it.
    /// - Returns: How many sessions have ended.
    /// - Throws: ``OpenIDLogoutError``; `SessionError`: `storeUnavailable`, or `contention`. Some sessions may then
    ///   have ended, and the token is still valid. And what the keys of the provider throw.
    @discardableResult
    public func end(byToken token: String) async throws -> Int {
        let now = self.engine.configuration.clock.now
        let claims = try await LogoutTokenVerifier(self.provider, checks: self.checks).verify(token, now: now) {
            try await self.identifiers.values(of: self.name("token", $0)) != nil
        }
        let category: String
        if let session = claims.session, !session.isEmpty {
            category = self.category(ofSession: session)
        } else {
            category = self.category(ofUser: claims.subject ?? "")
        }
        let mark = NamedRecords.State(
            try SessionValues(state: Mark(time: now.millisecondsSince1970)), until: now + Self.markLifetime)
        try await self.marks.update(category) { _, _ in (mark, ()) }
        let endedCount = try await self.endAll(in: category, of: claims.subject)
        // Used only now, so that the provider can try again after a failure. Until then it is harmless.
        let until = SessionInstant(secondsSince1970: claims.end ?? 0) + LogoutTokenCheck.leeway
        if let identifier = claims.identifier {
            _ = try await self.identifiers.create(
                self.name("token", identifier),
                NamedRecords.State(SessionValues(), until: max(until, now + .seconds(1)))
            )
        }
        return endedCount
    }

    private func endAll(in category: String, of providerSubject: String?) async throws -> Int {
        var (endedCount, cursor) = (0, SessionCursor?.none)
        repeat {
            let page = try await self.index.page(category: category, from: cursor, limit: 100)
            for entry in page.entries
            where providerSubject.map({ $0.hasSameBytes(as: entry.subject.providerSubject) }) ?? true {
                if try await self.engine.revoke(entry.subject.session) { endedCount += 1 }
                try await self.index.dispose(entry.id)
            }
            cursor = page.next
        } while cursor != nil
        return endedCount
    }

    /// When the provider has ended the sessions of a category, if that is not long ago.
    private func logout(of category: String) async throws -> SessionInstant? {
        let mark: Mark? = try await self.marks.values(of: category)?.state()
        return mark.map { SessionInstant(millisecondsSince1970: $0.time) }
    }

    private func category(ofSession session: String) -> String { self.name("session", session) }

    private func category(ofUser user: String) -> String { self.name("user", user) }

    /// A name of one length, whatever the provider chooses.
    private func name(_ kind: String, _ name: String) -> String {
        // The length separates the issuer from the name.
        "\(kind) \(self.marks.id(of: "\(kind) \(self.provider.issuer.utf8.count) \(self.provider.issuer)\(name)"))"
    }
}

extension OpenIDSessions: CustomStringConvertible, CustomReflectable {
    /// Nothing of the store and the keys.
    public var description: String { "OpenIDSessions" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
