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

/// Takes over the sessions that hummingbird-auth keeps in a `PersistDriver`, each when its visitor comes.
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
/// A request that carries the old cookie goes on with a new session of ours, with another id and another secret; the
/// old one is removed from the driver, and its cookie cleared. Parallel requests with the same old cookie, and those
/// whose response was lost, go on with the same new session. When that has ended, by logging out or in any other way,
/// the old cookie opens nothing any more.
///
/// hummingbird-auth keeps a session as a `Codable` value under the key `hbs.` and the id, the base64 text of 32 random
/// bytes that its cookie `SESSION_ID` carries. A cookie of another form, and one that comes twice, is nobody's, and the
/// driver is not asked. While the driver does not answer, requests with an old cookie get 503 with `Retry-After`.
///
/// Servers that know only the old sessions do not know a visitor whose session was taken over: exchange all servers of
/// an application at once, or let a visitor stay with new ones.
public struct PersistDriverImportMiddleware<Context: SessionsRequestContext, Old: Codable & Sendable>: RouterMiddleware
{
    private let takeover: SessionImport
    private let driver: any PersistDriver
    private let cookie: SessionCookie
    private let storage: SessionsMiddleware<Context>.StoragePath
    private let convert: @Sendable (Old) throws -> ImportedSession?

    /// Creates a middleware, which stands behind the ``SessionsMiddleware`` of the engine.
    ///
    /// - Parameters:
    ///   - engine: The engine whose sessions begin; its backend has a store.
    ///   - driver: Where the old sessions are.
    ///   - type: What the old sessions are.
    ///   - key: What tokens are computed with. It is the same for all servers and stays the same as long as sessions
    ///     are taken over.
    ///   - cookie: The old cookie, with the attributes that it was set with. The default is
    ///     ``Sessions/SessionCookie/hummingbirdAuth``.
    ///   - storage: Where in the context the session is kept. The default is `\.sessions`.
    ///   - convert: Says what becomes of an old session; nil for nothing, and the old one is removed all the same.
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
        self.takeover = try SessionImport(into: engine, key: key)
        self.driver = driver
        self.cookie = cookie
        self.storage = storage
        self.convert = convert
    }

    /// Takes the session over, if there is one to take over, and lets the handler run.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let id = self.id(in: request.headers) else { return try await next(request, context) }
        let driver = self.driver
        let isOver = try await self.takeover.takeOver(id, into: context[keyPath: self.storage].session) {
            do {
                return try await driver.get(key: "hbs.\(id)", as: Old.self)
            } catch let error as PersistError where error == .invalidConversion {
                // One bad value is one bad value.
                context.logger.warning("A session of the PersistDriver is of another type, and was not taken over")
                return nil
            }
        } convert: {
            try self.convert($0)
        } forget: {
            try await driver.remove(key: "hbs.\(id)")
        }
        var response = try await next(request, context)
        if isOver {
            let isSecure = self.cookie.secure == .always
            SetCookie.clear(CookieTemplate(self.cookie), isSecureConnection: isSecure, in: &response.headers)
        }
        return response
    }

    /// The id in the old cookie, if there is exactly one that could be one.
    private func id(in fields: HTTPFields) -> String? {
        var values: [String] = []
        CookieHeader.forEachValue(of: self.cookie.name, in: fields) { bytes in
            // The canonical base64 of 32 bytes is 43 characters and one of padding.
            guard bytes.count == 44, values.count < 2 else { return }
            values.append(String(decoding: bytes, as: UTF8.self))
        }
        guard values.count == 1, let id = values.first, id.hasSuffix("="), id.dropLast().utf8.allSatisfy(\.isBase64)
        else {
            return nil
        }
        return id
    }
}

extension SessionCookie {
    /// The cookie of hummingbird-auth as it is when nobody chose another: `SESSION_ID`, for all paths.
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
    /// The name of the old cookie. Nothing of the key and the driver.
    public var description: String { "PersistDriverImportMiddleware(\(self.cookie.name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
