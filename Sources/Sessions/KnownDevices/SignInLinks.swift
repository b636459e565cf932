//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Links with which a user reports a login that was not theirs: they end its session and all others.
///
/// An observer tells of new devices, and a task of your application sends the mail:
///
/// ```swift
/// for await event in events {
///     guard let link = try await signIns.link(for: event) else { continue }
///     try await mail.send(to: link.subject, "https://example.com/not-me?token=\(link.token.text)")
/// }
/// ```
///
/// The page of the link asks for confirmation, and calls ``report(_:)`` for its POST: programs that scan mail open
/// links with GET. Then let the user choose a new password, because the old one is known.
public struct SignInLinks: Sendable {
    /// A link for one login.
    public struct Link: Sendable {
        /// The user.
        public let subject: String
        /// The session of the login.
        public let sessionID: SessionID
        /// The token of the link. Only the user may get it.
        public let token: SessionToken
    }

    private struct Login: Codable, Sendable {
        let subject: ByteString
        let session: SessionID
        let time: Int64
    }

    private let registry: TokenRegistry<Login>
    private let engine: SessionEngine
    private let devices: KnownDevices?
    private let lifetime: Duration

    /// Creates links.
    ///
    /// - Parameters:
    ///   - engine: The engine of the sessions.
    ///   - store: The store of the links' tokens, which may be that of the sessions.
    ///   - devices: The known devices, which forget the device of a reported login. The default is nil.
    ///   - lifetime: How long a link is valid, at least a second. The default is 7 days.
    /// - Throws: ``SessionError`` with the code `configuration`.
    public init(
        _ engine: SessionEngine,
        in store: any SessionStore,
        devices: KnownDevices? = nil,
        for lifetime: Duration = .seconds(7 * 86_400)
    ) throws {
        guard lifetime >= .seconds(1) else {
            throw SessionError.configuration("The lifetime of a link is \(lifetime): give at least 1 second.")
        }
        self.registry = try TokenRegistry("sign-in links", in: store, configuration: engine.configuration)
        self.engine = engine
        self.devices = devices
        self.lifetime = lifetime
    }

    /// The link for an event.
    ///
    /// - Returns: Nil for every event but ``SessionEvent/Kind/newDevice``.
    /// - Throws: ``SessionError``: `valuesTooLarge`, or `storeUnavailable`.
    public func link(for event: SessionEvent) async throws -> Link? {
        guard event.kind == .newDevice, let id = event.sessionID, let subject = event.subject else { return nil }
        let login = Login(subject: ByteString(subject), session: id, time: event.time.millisecondsSince1970)
        return Link(subject: subject, sessionID: id, token: try await self.registry.register(login, for: self.lifetime))
    }

    /// Ends the session of a link's login and all other sessions of the user, once.
    ///
    /// - Parameter token: The token, which comes from a client.
    /// - Returns: The user; nil if the token is not valid, or no longer.
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the backend cannot end the sessions of a
    ///   user. The link is valid until all have ended.
    public func report(_ token: SessionToken) async throws -> String? {
        guard let login = try await self.registry.retrieve(token)?.subject else { return nil }
        let subject = login.subject.text
        try await self.engine.revokeAll(of: subject)
        // The device is noted before the event is reported.
        let since = SessionInstant(millisecondsSince1970: login.time) - .seconds(60)
        try await self.devices?.forget(subject: subject, devicesSince: since)
        return try await self.registry.redeem(token) == nil ? nil : subject
    }
}

extension SignInLinks: CustomStringConvertible, CustomReflectable {
    /// Nothing of the store.
    public var description: String { "SignInLinks" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
