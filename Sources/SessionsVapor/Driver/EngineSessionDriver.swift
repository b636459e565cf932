//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import NIOHTTP1
public import Sessions
import SessionsHTTP
public import Vapor

/// A driver for Vapor's own sessions that keeps them in an engine, for an application that must not change.
///
/// ```swift
/// app.sessions.use { _ in EngineSessionDriver(engine, counters: ["visits"]) }
/// app.middleware.use(app.sessions.middleware)
/// ```
///
/// `request.session.data` and authenticators of sessions work as before, and the sessions get hashed secrets, both
/// limits, a new id at login, endings that no slow request undoes, and every store of this library. Each request stores
/// the keys that it has changed, so parallel requests do not undo each other's keys.
///
/// A login is what an authenticator of Vapor stores in the session: a value under `_UserSession` for the type `User`.
/// That value is the subject, by which all sessions of a user can be listed and ended. The article <doc:Using-Vapor>
/// lists what this way cannot keep; ``SessionEngineMiddleware`` keeps all.
///
/// The values are kept as strings under their names, where ``SessionEngineMiddleware`` finds them:
/// `SessionKey<String?>("name")`, and `SessionKey.counter("visits")` for counters.
public struct EngineSessionDriver: AsyncSessionDriver {
    /// The user who is logged in to a session, or nil if no one is.
    public typealias Subject = @Sendable (SessionData) -> String?

    private let engine: SessionEngine
    private let counters: Set<String>
    private let subject: Subject
    private let sessionImport: DriverImport?

    /// Creates a driver.
    ///
    /// - Parameters:
    ///   - engine: The engine that keeps the sessions. Its cookie is not used: Vapor sets its own.
    ///   - counters: The names of values that count. Their text is a whole number. A request that changes one adds its
    ///     difference, so that no parallel change is lost. The default is none: of two parallel changes of one value
    ///     the later one wins.
    ///   - subject: The user who is logged in to a session. The default is nil: the value that an authenticator of
    ///     Vapor has stored, as `SessionData.authenticatedID` returns it.
    public init(_ engine: SessionEngine, counters: Set<String> = [], subject: Subject? = nil) {
        self.engine = engine
        self.counters = counters
        self.subject = subject ?? { $0.authenticatedID }
        self.sessionImport = nil
    }

    /// Creates a driver that also imports the sessions of another driver, each on its visitor's next request. Vapor's
    /// cookie keeps its name, and its visitors stay signed in.
    ///
    /// - Parameters:
    ///   - engine: The engine that keeps the sessions. Its backend must have a store.
    ///   - driver: The driver that has the old sessions, such as `app.sessions.memory` or that of Fluent or Redis.
    ///   - key: The key from which the new tokens are derived. It must be the same on all servers, and must not change
    ///     while sessions are imported.
    ///   - counters: The names of values that count. The default is none.
    ///   - subject: The user who is logged in to a session. The default is nil: the value that an authenticator of
    ///     Vapor has stored.
    /// - Throws: `SessionError` with the code `configuration` when the engine has no store.
    public init(
        _ engine: SessionEngine,
        importingFrom driver: any SessionDriver,
        key: SecretKey,
        counters: Set<String> = [],
        subject: Subject? = nil
    ) throws {
        let subject = subject ?? { $0.authenticatedID }
        self.engine = engine
        self.counters = counters
        self.subject = subject
        self.sessionImport = DriverImport(
            sessionImport: try SessionImport(into: engine, key: key),
            driver: driver,
            convert: { try ImportedSession($0, subject: subject($0), counters: counters) }
        )
    }

    /// Stores a new session if it has values.
    ///
    /// - Returns: The new credential. Empty if nothing is stored.
    public func createSession(_ data: SessionData, for request: Request) async throws -> Vapor.SessionID {
        try await self.answering(request) {
            // A request whose session has just ended continues without one, so that what it sets is dropped.
            let opened = request.driverSessions.latest
            let current =
                if let opened, opened.session.belongs(to: self.engine), opened.session.id == nil { opened } else {
                    DriverSession(try await self.open(credential: nil, request))
                }
            return try await self.write(data, to: current, credential: nil)
        }
    }

    /// The values of a session. Nil if the credential opens none.
    public func readSession(_ sessionID: Vapor.SessionID, for request: Request) async throws -> SessionData? {
        try await self.answering(request) {
            let session = try await self.open(credential: sessionID.string, request)
            try await self.sessionImport?.importSession(sessionID, into: session, for: request)
            let opened = DriverSession(session)
            request.driverSessions[sessionID] = opened
            return session.id == nil ? nil : opened.data
        }
    }

    /// Stores what a request has changed.
    ///
    /// - Returns: The credential, which is another one after a login and after a renewal. Empty if the session has
    ///   ended.
    public func updateSession(
        _ sessionID: Vapor.SessionID,
        to data: SessionData,
        for request: Request
    ) async throws -> Vapor.SessionID {
        try await self.answering(request) {
            let opened = request.driverSessions[sessionID]
            let current =
                if let opened, opened.session.belongs(to: self.engine) { opened } else {
                    DriverSession(try await self.open(credential: sessionID.string, request))
                }
            return try await self.write(data, to: current, credential: sessionID)
        }
    }

    /// Ends a session at once.
    public func deleteSession(_ sessionID: Vapor.SessionID, for request: Request) async throws {
        try await self.answering(request) {
            let opened = request.driverSessions[sessionID]?.session
            let session =
                if let opened, opened.belongs(to: self.engine) { opened } else {
                    try await self.open(credential: sessionID.string, request)
                }
            if session.isAuthenticated { try await session.logOut() } else { try await session.destroy() }
            var fields = HTTPFields()
            try await self.engine.close(session, response: &fields)
        }
    }

    /// The engine's session of a credential that Vapor's cookie carries.
    private func open(credential: String?, _ request: Request) async throws -> Sessions.Session {
        var fields = HTTPFields(request.headers)
        fields[values: .cookie] = []
        // Vapor takes the quotes off a value, which may then contain another cookie.
        if let credential, !credential.contains(";") {
            fields[.cookie] = "\(self.engine.configuration.cookie.name)=\(credential)"
        }
        // Another kind of login, which is none of the driver's.
        fields[.authorization] = nil
        return try await self.engine.open(
            SessionRequest(
                method: request.methodOfSessions,
                headerFields: fields,
                isSecure: self.engine.needsConnectionSecurity ? request.isSecureConnection : false,
                peer: RequestPeer(of: request),
                isPassive: request.asksForUpgrade
            ),
            logger: request.logger
        )
    }

    /// Logs in or out as the values say, stores those that have changed, and returns the credential.
    private func write(
        _ data: SessionData,
        to opened: DriverSession,
        credential: Vapor.SessionID?
    ) async throws -> Vapor.SessionID {
        let session = opened.session
        let (before, after) = (session.subject, self.subject(data))
        if let after, after != before {
            // What belonged to another user is not carried.
            if before == nil { opened.write(data, self.counters) }
            try await session.logIn(after)
            if before != nil { opened.write(data, self.counters) }
        } else {
            if after == nil, before != nil { try await session.logOut() }
            opened.write(data, self.counters)
        }
        var fields = HTTPFields()
        try await self.engine.close(session, response: &fields)
        return try self.credential(in: fields) ?? (session.id == nil ? nil : credential) ?? Vapor.SessionID(string: "")
    }

    /// The credential that the engine sets. Nil if it sets none. Empty if it clears its cookie.
    private func credential(in fields: HTTPFields) throws -> Vapor.SessionID? {
        var credential: Vapor.SessionID?
        for field in fields[values: .setCookie] {
            let (name, value) = (field.prefix { $0 != "=" }, field.drop { $0 != "=" }.dropFirst().prefix { $0 != ";" })
            if name == self.engine.configuration.cookie.name {
                credential = Vapor.SessionID(string: String(value))
            } else if !value.isEmpty {
                throw SessionError.configuration(
                    """
                    The session needs the cookie \(UntrustedText.escaped(String(name))), and Vapor has one cookie: give the \
                    engine of EngineSessionDriver a store, as .stored(in:) does, and no cookieForRequest.
                    """
                )
            }
        }
        return credential
    }

    /// Turns a session error into one that Vapor answers.
    private func answering<Value>(_ request: Request, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as SessionError {
            let reply = error.reply(to: request.head)
            request.logger.debug("A session error was answered", metadata: ["error": "\(error)"])
            var headers = HTTPHeaders()
            for field in reply.headerFields where field.name != .contentType {
                headers.add(name: field.name.rawName, value: field.value)
            }
            throw Abort(HTTPResponseStatus(statusCode: reply.status.code), headers: headers)
        }
    }
}

extension EngineSessionDriver: CustomStringConvertible, CustomReflectable {
    /// The name of the engine. It shows nothing of the store or the keys.
    public var description: String { "EngineSessionDriver(\(self.engine))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
