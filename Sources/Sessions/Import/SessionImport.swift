//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// Takes over the sessions of another system, one by one, when their visitors come.
///
/// The token of ours is computed from the other system's secret id, under a key that only the servers have. So parallel
/// requests with the same old cookie make the same session, of which the store creates one; a response that was lost is
/// given again; and the old cookie goes on opening ours while ours lives, and nothing when ours has ended. No claim has
/// to be kept anywhere, and no request waits for another. Whoever knows the old id, from a dump of the other system,
/// cannot compute the token without the key.
package struct SessionImport: Sendable {
    private let engine: SessionEngine
    private let sessions: StoredSessions
    private let key: SymmetricKey
    /// What stands before the other system: a deadline, and no calls while it keeps failing.
    private let callPolicy: StoreCallPolicy

    /// - Throws: ``SessionError`` with the code `configuration` when the engine has no store, where a session could be
    ///   made only once.
    package init(into engine: SessionEngine, key: SecretKey) throws(SessionError) {
        guard let sessions = engine.driver as? StoredSessions else {
            throw .configuration([
                "Sessions of another system are taken over into a store: use the backend .stored(in:)."
            ])
        }
        self.engine = engine
        self.sessions = sessions
        self.key = key.derived(for: .takingOver)
        self.callPolicy = StoreCallPolicy(needsDeadline: true, engine.environment)
    }

    /// Lets a request go on with what another system remembers of its visitor.
    ///
    /// - Parameters:
    ///   - origin: The other system's secret id.
    ///   - session: The session of the request.
    ///   - read: Reads what the other system has under the id; nil when that is nothing.
    ///   - convert: Says what becomes of it; nil for nothing.
    ///   - forget: Removes it there.
    /// - Returns: Whether the id is worth nothing any more, so that its cookie can go.
    package func takeOver<Old: Sendable>(
        _ origin: String,
        into session: Session,
        read: @escaping @Sendable () async throws -> Old?,
        convert: @Sendable (Old) throws -> ImportedSession?,
        forget: @escaping @Sendable () async throws -> Void
    ) async throws -> Bool {
        let token = self.token(for: origin)
        switch session.withState({ $0.standing }) {
        case .detached(.storeUnavailable):
            return false
        case .live(let live) where live.record.subject != nil, .live(let live) where live.token.id == token.id:
            // Whoever is logged in with a session of ours is who they are.
            try await self.callPolicy.call(.anyWrite, forget)
            return true
        case .detached(.ended):
            // They have just logged out, of this as well.
            try await self.callPolicy.call(.anyWrite, forget)
            return true
        case .live, .visitor:
            break
        }
        let clock = self.engine.configuration.clock
        while true {
            let began = clock.now
            guard let old = try await self.callPolicy.call(.anyRead, read) else {
                return try await session.join(token, of: self.sessions)
            }
            if let taken = try convert(old) {
                // What was read long ago may have been taken over and ended meanwhile, and nobody remember it any more.
                guard clock.now - began < self.engine.configuration.tombstoneLifetime / 2 else { continue }
                if try await !session.begin(token, taken, in: self.sessions) {
                    _ = try await session.join(token, of: self.sessions)
                }
            }
            try await self.callPolicy.call(.anyWrite, forget)
            return true
        }
    }

    /// The token of the session that follows one of another system. Each application with a name computes tokens of its
    /// own; one without a name computes them as earlier releases did.
    private func token(for origin: String) -> SessionToken {
        let application = self.engine.configuration.applicationName
        func code(_ purpose: String) -> HMAC<SHA256>.MAC {
            var writer = ByteWriter()
            writer.write("\(purpose) \(origin)".utf8)
            // The id of the other system has no byte of zero.
            if !application.isEmpty { writer.write([0] + Array(application.utf8)) }
            return HMAC<SHA256>.authenticationCode(for: writer.bytes, using: self.key)
        }
        let id = Bytes32(digest: code("id"))
        let secret = SessionSecret(words: Bytes32(digest: code("secret")))
        return SessionToken(id: SessionID(high: id.first, low: id.second), secret: secret)
    }
}

extension KeyPurpose {
    /// Tokens of sessions that another system began.
    static let takingOver = KeyPurpose(label: "taking over")
}

extension SessionImport: CustomReflectable {
    /// The key is shown nowhere.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
