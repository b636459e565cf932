//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A handshake that has begun, as a session keeps it: a value of its own, so that those of parallel tabs are merged
/// like all values.
///
/// The name of the value is a hash of the state. Values are readable in most stores, and a state must not be.
struct WaitingHandshake<Flow: Codable & Sendable>: Codable, Sendable {
    let kind: String
    let begunAt: Int64
    let expiresAt: Int64
    let flow: Flow

    init(kind: String, begunAt: SessionInstant, expiresAt: SessionInstant, flow: Flow) {
        self.kind = kind
        self.begunAt = begunAt.millisecondsSince1970
        self.expiresAt = expiresAt.millisecondsSince1970
        self.flow = flow
    }

    fileprivate enum CodingKeys: String, CodingKey {
        case kind = "k"
        case begunAt = "b"
        case expiresAt = "e"
        case flow = "f"
    }
}

/// A waiting handshake whose flow is not decoded.
struct WaitingHandshakeFacts: Decodable, Sendable {
    let kind: String
    let begunAt: Int64
    let expiresAt: Int64

    private enum CodingKeys: String, CodingKey {
        case kind = "k"
        case begunAt = "b"
        case expiresAt = "e"
    }

    /// Whether it can no longer finish.
    func isOver(at now: SessionInstant) -> Bool { now.millisecondsSince1970 >= self.expiresAt }

    /// Whether it is of this kind.
    func isOf<Flow>(_ key: HandshakeKey<Flow>) -> Bool { self.kind.hasSameBytes(as: key.name) }
}

/// The state of a handshake, and the name of the value that waits for it.
struct HandshakeState: Sendable {
    /// The prefix of the names of the values.
    static let prefix = "_handshake."
    /// The number of characters of a state.
    static let length = 43

    private let secret: SessionSecret

    init(random: SessionRandom) {
        self.secret = SessionSecret(random: random)
    }

    /// The state that a client sent, or nil when it cannot be one.
    init?(_ text: String) {
        guard text.utf8.count == Self.length, let bytes = Base64URL.decode(text.utf8),
            let words = Bytes32(bytes: bytes)
        else { return nil }
        self.secret = SessionSecret(words: words)
    }

    /// 256 random bits as base64url.
    var text: String { Base64URL.encode(self.secret.withUnsafeBytes { Array($0) }) }

    /// The name of the value: a hash of the state.
    var valueName: String { Self.prefix + Base64URL.encode(self.secret.hash.bytes) }

    /// An id that only this state has, for a list of what is used.
    var id: SessionID { Revocation.id("swift-sessions handshake", self.valueName) }

    static func isValueName(_ name: String) -> Bool { name.utf8.starts(with: Self.prefix.utf8) }
}

extension SessionValues {
    /// Whether a handshake waits.
    var hasHandshakes: Bool { self.names.contains { HandshakeState.isValueName($0) } }

    /// The waiting handshakes in the place of the present ones.
    func replacingHandshakes(by waiting: SessionValues) -> SessionValues {
        guard self.hasHandshakes || waiting.hasHandshakes else { return self }
        let others = self.filter { !HandshakeState.isValueName($0.name) }
        return SessionValues(others + waiting.filter { HandshakeState.isValueName($0.name) })
    }

    /// The values with another handshake, without those that are over, and without the oldest ones over a limit.
    ///
    /// - Returns: Also the kinds of those that the limit dropped.
    func adding(
        _ handshake: SessionValue,
        named name: String,
        limit: Int,
        now: SessionInstant
    ) -> (values: SessionValues, dropped: [String]) {
        var waiting: [(name: String, facts: WaitingHandshakeFacts)] = []
        var over: Set<ByteString> = []
        for (name, value) in self where HandshakeState.isValueName(name) {
            // What a newer version of this library wrote is not dropped.
            if value.isUnknown { continue }
            guard let facts: WaitingHandshakeFacts = try? ValueCoding.decodeJSON(value), !facts.isOver(at: now) else {
                over.insert(ByteString(name))
                continue
            }
            waiting.append((name, facts))
        }
        waiting.sort { ($0.facts.begunAt, $0.name) < ($1.facts.begunAt, $1.name) }
        let dropped = waiting.dropLast(limit - 1)
        over.formUnion(dropped.map { ByteString($0.name) })
        let kept = self.filter { !over.contains(ByteString($0.name)) }
        return (SessionValues(kept + [(name: name, value: handshake)]), dropped.map { $0.facts.kind })
    }
}
