//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
public import Sessions
import SessionsHTTP
public import Vapor

/// Imports the sessions that a driver of Vapor has, each on its visitor's next request.
///
/// ```swift
/// app.middleware.use(SessionEngineMiddleware(engine))
/// app.middleware.use(try SessionDriverImportMiddleware(engine, from: app.sessions.driver, key: key))
/// ```
///
/// A request with the old cookie continues with a new session of the engine, with a new id and a new secret. The old
/// session is removed from the driver, and its cookie is cleared. Parallel requests with the same old cookie, and
/// requests whose response was lost, continue with the same new session. After that session has ended, by a logout or
/// in any other way, the old cookie opens nothing.
///
/// The drivers in memory, of Fluent and of Redis make ids of one form: the base64 text of 32 random bytes. A cookie of
/// another form, and one that is sent twice, is ignored, and the driver is not asked. While the driver does not answer,
/// requests with an old cookie get 503 with `Retry-After`. A session that cannot be decoded stays in the driver, and
/// its visitor has no session.
///
/// Servers that know only the old sessions do not know a visitor whose session was imported. Replace all servers of an
/// application at once, or route each visitor to new servers only.
public struct SessionDriverImportMiddleware: AsyncMiddleware {
    private let driverImport: DriverImport
    private let cookie: SessionCookie
    private let clearsCookie: Bool
    private let slot: SessionSlot

    /// Creates a middleware. Add it after the ``SessionEngineMiddleware`` of the engine.
    ///
    /// - Parameters:
    ///   - engine: The engine that creates the new sessions. Its backend must have a store.
    ///   - driver: The driver that has the old sessions.
    ///   - key: The key from which the new tokens are derived. It must be the same on all servers, and must not change
    ///     while sessions are imported.
    ///   - cookie: The old cookie, with the attributes that it was set with. The default is
    ///     ``Sessions/SessionCookie/vapor``.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    ///   - convert: Converts an old session. If it returns nil, no session is created, but the old one is still
    ///     removed. The default takes all values, and the user whom an authenticator of Vapor has logged in.
    /// - Throws: `SessionError` with the code `configuration` when the engine has no store.
    public init(
        _ engine: SessionEngine,
        from driver: any SessionDriver,
        key: SecretKey,
        cookie: SessionCookie = .vapor,
        in slot: SessionSlot = .standard,
        convert: @escaping @Sendable (SessionData) throws -> ImportedSession? = { try ImportedSession($0) }
    ) throws {
        self.driverImport = DriverImport(
            sessionImport: try SessionImport(into: engine, key: key), driver: driver, convert: convert)
        self.cookie = cookie
        // The engine's own cookie of this name replaces the old one.
        self.clearsCookie = engine.configuration.cookie.name != cookie.name
        self.slot = slot
    }

    /// Imports the session, if there is an old one, and runs the handler.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        let values = self.cookie.values(in: HTTPFields(request.headers))
        guard values.count == 1, let value = values.first else { return try await next.respond(to: request) }
        let isWorthless = try await self.driverImport.importSession(
            Vapor.SessionID(string: value), into: request.currentSession(in: self.slot), for: request)
        let response = try await next.respond(to: request)
        if isWorthless, self.clearsCookie {
            let before = HTTPFields(response.headers)
            var fields = before
            self.cookie.clear(in: &fields, isSecureConnection: self.cookie.secure == .always)
            response.replaceFields(before, with: fields)
        }
        return response
    }
}

extension SessionCookie {
    /// The default cookie of Vapor: `vapor-session`, for all paths.
    public static var vapor: SessionCookie {
        SessionCookie(name: "vapor-session", secure: .never, isHTTPOnly: false)
    }
}

extension SessionDriverImportMiddleware: CustomStringConvertible, CustomReflectable {
    /// The name of the old cookie. It shows nothing of the key or the driver.
    public var description: String { "SessionDriverImportMiddleware(\(self.cookie.name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
