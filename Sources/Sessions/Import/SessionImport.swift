//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// Imports the sessions of another system, one by one, when their visitors come.
///
/// The new token is computed from the other system's secret id, under a key that only the servers have. So parallel
/// requests with the same old cookie compute the same token, and the store creates one session. A lost response is made
/// again. The old cookie opens the new session while it lives, and nothing when it has ended. No claims need to be
/// stored, and no request waits for another. Anyone who knows the old id, from a dump of the other system, cannot
/// compute the token without the key.
///
/// Use it in a middleware behind the one that opens the session. The middleware reads the old cookie, and clears it
/// when its id is worthless, for example with ``SessionCookie/clear(in:isSecureConnection:)``.
public struct SessionImport: Sendable {
    private let engine: SessionEngine
    private let sessions: StoredSessions
    private let key: SymmetricKey
    /// The policy of calls to the other system: a deadline, and a circuit breaker.
    private let callPolicy: StoreCallPolicy

    /// Creates an import.
    ///
    /// - Parameters:
    ///   - engine: The engine that creates the new sessions.
    ///   - key: The key from which the new tokens are derived. It must be the same on all servers, and must not change
    ///     while sessions are imported.
    /// - Throws: ``SessionError`` with the code `configuration` when the engine has no store, which is needed to create
    ///   a session only once.
    public init(into engine: SessionEngine, key: SecretKey) throws(SessionError) {
        guard let sessions = engine.driver as? StoredSessions else {
            throw .configuration([
                "Sessions of another system are imported into a store: use the backend .stored(in:)."
            ])
        }
        self.engine = engine
        self.sessions = sessions
        self.key = key.derived(for: .sessionImport)
        self.callPolicy = StoreCallPolicy(needsDeadline: true, engine.environment)
    }

    /// Continues a request with the other system's session of its visitor.
    ///
    /// - Parameters:
    ///   - origin: The other system's secret id.
    ///   - session: The session of the request.
    ///   - read: Reads the other system's session with the id; nil when there is none.
    ///   - convert: Converts it; nil to import nothing.
    ///   - forget: Removes it from the other system.
    /// - Returns: Whether the id is now worthless, so that its cookie can be cleared.
    /// - Throws: ``SessionError``: `storeUnavailable` when the store or the other system does not answer; what
    ///   `convert` throws; and `CancellationError`.
    public func importSession<Old: Sendable>(
        _ origin: String,
        into session: Session,
        read: @escaping @Sendable () async throws -> Old?,
        convert: @Sendable (Old) throws -> ImportedSession?,
        forget: @escaping @Sendable () async throws -> Void
    ) async throws -> Bool {
        let token = self.token(for: origin)
        switch session.withState({ $0.status }) {
        case .detached(.storeUnavailable):
            return false
        case .live(let live) where live.record.subject != nil, .live(let live) where live.token.id == token.id:
            // A login in a session of this library takes precedence.
            try await self.callPolicy.perform(.anyWrite, forget)
            return true
        case .detached(.ended):
            // The user has just logged out, of the old session as well.
            try await self.callPolicy.perform(.anyWrite, forget)
            return true
        case .live, .visitor:
            break
        }
        let clock = self.engine.environment.configuration.clock
        while true {
            let began = clock.now
            guard let old = try await self.callPolicy.perform(.anyRead, read) else {
                return try await session.resume(token, of: self.sessions)
            }
            if let imported = try convert(old) {
                // What was read long ago may have been imported and ended in the meantime, and its tombstone may have
                // expired.
                guard clock.now - began < self.engine.environment.configuration.tombstoneLifetime / 2 else { continue }
                if try await !session.begin(token, imported, in: self.sessions) {
                    _ = try await session.resume(token, of: self.sessions)
                }
            }
            try await self.callPolicy.perform(.anyWrite, forget)
            return true
        }
    }

    /// The token of the session that continues one of another system. Each application with a name computes its own
    /// tokens; one without a name computes them as earlier releases did.
    private func token(for origin: String) -> SessionToken {
        let application = self.engine.environment.configuration.applicationName
        func code(_ purpose: String) -> HMAC<SHA256>.MAC {
            var writer = ByteWriter()
            writer.write("\(purpose) \(origin)".utf8)
            // The id of the other system has no zero byte.
            if !application.isEmpty { writer.write([0] + Array(application.utf8)) }
            return HMAC<SHA256>.authenticationCode(for: writer.bytes, using: self.key)
        }
        let id = Bytes32(digest: code("id"))
        let secret = SessionSecret(words: Bytes32(digest: code("secret")))
        return SessionToken(id: SessionID(high: id.first, low: id.second), secret: secret)
    }
}

extension KeyPurpose {
    /// Tokens of imported sessions.
    static let sessionImport = KeyPurpose(label: "taking over")
}

extension SessionImport: CustomReflectable {
    /// The key must not be printed.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
