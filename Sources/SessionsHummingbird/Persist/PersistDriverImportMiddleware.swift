//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
public import Hummingbird
import Logging
public import Sessions

/// Imports the sessions that hummingbird-auth keeps in a `PersistDriver`, each on its visitor's next request.
///
/// ```swift
/// router.add(middleware: SessionsMiddleware(engine))
/// router.add(
///     middleware: try PersistDriverImportMiddleware(engine, from: persist, as: WebSession.self, key: key) { old in
///         ImportedSession(subject: old.userID)
///     }
/// )
/// ```
///
/// A request with the old cookie continues with a new session of the engine, with a new id and a new secret. The old
/// session is removed from the driver, and its cookie is cleared. Parallel requests with the same old cookie, and
/// requests whose response was lost, continue with the same new session. After that session has ended, by a logout or
/// in any other way, the old cookie opens nothing.
///
/// hummingbird-auth keeps a session as a `Codable` value under the key `hbs.` and the id. The id is the base64 text of
/// 32 random bytes, and the cookie `SESSION_ID` carries it. A cookie of another form, and one that is sent twice, is
/// ignored, and the driver is not asked. While the driver does not answer, requests with an old cookie get 503 with
/// `Retry-After`.
///
/// Servers that know only the old sessions do not know a visitor whose session was imported. Replace all servers of an
/// application at once, or route each visitor to new servers only.
public struct PersistDriverImportMiddleware<Context: SessionsRequestContext, Old: Codable & Sendable>: RouterMiddleware
{
    private let sessionImport: SessionImport
    private let driver: any PersistDriver
    private let cookie: SessionCookie
    private let storage: SessionsMiddleware<Context>.StoragePath
    private let convert: @Sendable (Old) throws -> ImportedSession?

    /// Creates a middleware. Add it after the ``SessionsMiddleware`` of the engine.
    ///
    /// - Parameters:
    ///   - engine: The engine that creates the new sessions. Its backend must have a store.
    ///   - driver: The driver that has the old sessions.
    ///   - type: The type of the old sessions.
    ///   - key: The key from which the new tokens are derived. It must be the same on all servers, and must not change
    ///     while sessions are imported.
    ///   - cookie: The old cookie, with the attributes that it was set with. The default is
    ///     ``Sessions/SessionCookie/hummingbirdAuth``.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    ///   - convert: Converts an old session. If it returns nil, no session is created, but the old one is still
    ///     removed.
    /// - Throws: `SessionError` with the code `configuration` when the engine has no store.
    public init(
        _ engine: SessionEngine,
        from driver: any PersistDriver,
        as type: Old.Type,
        key: SecretKey,
        cookie: SessionCookie = .hummingbirdAuth,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions,
        convert: @escaping @Sendable (Old) throws -> ImportedSession?
    ) throws {
        self.sessionImport = try SessionImport(into: engine, key: key)
        self.driver = driver
        self.cookie = cookie
        self.storage = storage
        self.convert = convert
    }

    /// Imports the session, if there is an old one, and runs the handler.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let id = self.id(in: request.headers) else { return try await next(request, context) }
        let driver = self.driver
        let isWorthless = try await self.sessionImport.importSession(id, into: context[keyPath: self.storage].session) {
            do {
                return try await driver.get(key: "hbs.\(id)", as: Old.self)
            } catch let error as PersistError where error == .invalidConversion {
                // A value that cannot be decoded affects only its own session.
                context.logger.warning("A session of the PersistDriver has another type, and was not imported")
                return nil
            }
        } convert: {
            try self.convert($0)
        } forget: {
            try await driver.remove(key: "hbs.\(id)")
        }
        var response = try await next(request, context)
        if isWorthless {
            self.cookie.clear(in: &response.headers, isSecureConnection: self.cookie.secure == .always)
        }
        return response
    }

    /// The id in the old cookie, if there is exactly one well-formed id.
    private func id(in fields: HTTPFields) -> String? {
        // The canonical base64 text of 32 bytes has 43 characters and one character of padding.
        let values = self.cookie.values(in: fields).filter { $0.utf8.count == 44 }
        guard values.count == 1, let id = values.first, id.hasSuffix("="), id.dropLast().utf8.allSatisfy(\.isBase64)
        else {
            return nil
        }
        return id
    }
}

extension SessionCookie {
    /// The default cookie of hummingbird-auth: `SESSION_ID`, for all paths.
    public static var hummingbirdAuth: SessionCookie {
        SessionCookie(name: "SESSION_ID", secure: .never)
    }
}

extension UInt8 {
    fileprivate var isBase64: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

extension PersistDriverImportMiddleware: CustomStringConvertible, CustomReflectable {
    /// The name of the old cookie. It shows nothing of the key or the driver.
    public var description: String { "PersistDriverImportMiddleware(\(self.cookie.name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
