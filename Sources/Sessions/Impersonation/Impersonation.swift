//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a record keeps of the administrator who acts in it as another user.
///
/// ```
/// impersonation = hash of the secret (32 bytes) · id of the administrator's session (16) · counted administrator
///                 · counted reason · counted sealed token
/// ```
///
/// The hash of the secret is here, and that of the record belongs to no one. A server that does not know this field
/// therefore refuses the session, because it would not know when the administrator's session has ended.
///
/// The sealed token is that of the administrator's session, under the secret of this one: who has this session can
/// return to the other, and a dump of the store opens neither.
struct Impersonation: Sendable, Equatable {
    /// The hash of the secret that opens the session.
    let secretHash: SecretHash
    /// The administrator's session.
    let actorSessionID: SessionID
    /// The administrator.
    var actor: String { self.actorBytes.text }
    private let actorBytes: ByteString
    /// Why the administrator acts.
    var reason: String { self.reasonBytes.text }
    private let reasonBytes: ByteString
    private let sealedToken: [UInt8]

    /// The maximum size of a reason, in bytes.
    static let reasonLimit = 256

    /// - Parameters:
    ///   - token: The token of the session in which the administrator acts.
    ///   - actorToken: The token of the administrator's session.
    init(
        for token: SessionToken,
        actor: String,
        _ actorToken: SessionToken,
        reason: String,
        random: SessionRandom
    ) throws {
        self.secretHash = token.secretHash
        self.actorSessionID = actorToken.id
        self.actorBytes = ByteString(actor)
        self.reasonBytes = ByteString(reason)
        self.sealedToken = try DataKey(for: token, random: random)
            .seal(Array(actorToken.text.utf8), of: token.id, random: random)
    }

    /// The token of the administrator's session, for the holder of the token of this one.
    func actorToken(for token: SessionToken) -> SessionToken? {
        guard let key = DataKey(in: self.sealedToken, for: token),
            let bytes = key.open(self.sealedToken, of: token.id),
            let actorToken = SessionToken(String(decoding: bytes, as: UTF8.self)),
            actorToken.id == self.actorSessionID
        else { return nil }
        return actorToken
    }

    /// Whether a user is the administrator.
    func isActing(_ subject: String) -> Bool { self.actorBytes.text.hasSameBytes(as: subject) }

    var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 320)
        writer.write(self.secretHash.bytes)
        writer.write(self.actorSessionID.bytes)
        writer.write(counted: self.actorBytes.text)
        writer.write(counted: self.reasonBytes.text)
        writer.write(counted: self.sealedToken)
        return writer.bytes
    }

    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let hash = reader.readSecretHash(), let id = reader.readRange(count: 16),
            let actor = reader.readCounted().flatMap({ String(validating: bytes[$0], as: UTF8.self) }),
            let reason = reader.readCounted().flatMap({ String(validating: bytes[$0], as: UTF8.self) }),
            let sealed = reader.readCounted(), reader.isAtEnd, let actorID = SessionID(bytes: bytes[id])
        else { return nil }
        self.secretHash = hash
        self.actorSessionID = actorID
        self.actorBytes = ByteString(actor)
        self.reasonBytes = ByteString(reason)
        self.sealedToken = Array(bytes[sealed])
    }
}

extension Impersonation: CustomStringConvertible, CustomReflectable {
    /// The administrator. Secrets are not printed.
    var description: String { "Impersonation(by: \(self.actor.debugDescription))" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
