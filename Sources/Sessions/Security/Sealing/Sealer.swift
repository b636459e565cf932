//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Seals bytes under the keys of a ring, for one purpose, and opens them again.
///
/// ```
/// sealed = version (1 byte, 2) · key id (4) · nonce (24) · ciphertext (as long as the plaintext) · tag (16)
/// ```
///
/// The cipher is ``XAES256GCM`` under the key that ``SecretKey/derived(for:)`` makes for the purpose. Authenticated
/// with the ciphertext are `version · key id · counted purpose · counted name · counted context`, where counted stands
/// for a base-128 varint of the length before the bytes, so that no two of them together read as two others.
///
/// Version 1, of earlier releases, is the same with an empty context. It is opened as long as ``FormerTokens`` says,
/// and never made.
///
/// What does not open gives nil, whatever the reason, after the same work. The first byte says which form it is: no
/// second one is tried.
struct Sealer: Sendable {
    static let version: UInt8 = 2
    private static let formerVersion: UInt8 = 1
    static let headerByteCount = 1 + KeyID.byteCount
    /// By how much a sealed message is longer than what is in it.
    static let overhead = headerByteCount + XAES256GCM.nonceByteCount + XAES256GCM.tagByteCount

    /// A key with all that is made of it once. A class, so that it is handed on as one.
    private final class SealingKey: Sendable {
        let id: KeyID
        let cipher: XAES256GCM
        /// What begins a message.
        let header: [UInt8]
        /// What is authenticated with a message for the usual name.
        let additional: [UInt8]

        init(_ key: SecretKey, _ purpose: KeyPurpose, usualName: String, context: String) throws {
            self.id = key.id
            self.cipher = try XAES256GCM(key: key.derived(for: purpose))
            self.header = [Sealer.version] + key.id.bytes
            self.additional = Sealer.additional(header: self.header, purpose, name: usualName, context: context)
        }
    }

    private let keys: PreparedKeys<SealingKey>
    private let purpose: KeyPurpose
    private let context: String
    private let usualName: [UInt8]
    private let former: FormerTokens
    private let random: SessionRandom

    /// Creates a sealer.
    ///
    /// - Parameters:
    ///   - keyring: The keys.
    ///   - purpose: What is sealed. A message for one purpose does not open for another.
    ///   - context: Whom messages are for: that of a ``KeyAudience``.
    ///   - former: Whether messages of earlier releases are opened. The default is that none is.
    ///   - usualName: The name that most messages are for, for which everything is made ready. The default is empty.
    ///   - random: Where nonces come from.
    init(
        _ keyring: SecretKeyring,
        purpose: KeyPurpose,
        context: String,
        former: FormerTokens = .refused,
        usualName: String = "",
        random: SessionRandom
    ) throws {
        self.keys = try PreparedKeys(keyring) { key in
            try SealingKey(key, purpose, usualName: usualName, context: context)
        }
        self.purpose = purpose
        self.context = context
        self.usualName = Array(usualName.utf8)
        self.former = former
        self.random = random
    }

    /// Seals bytes with the newest key. The name, of a cookie for example, is needed again to open them.
    func seal(_ bytes: [UInt8], for name: String) throws -> [UInt8] {
        let key = try self.keys.ring.newest
        let additional = self.additional(for: name, by: key)
        var sealed: [UInt8] = []
        sealed.reserveCapacity(bytes.count + Self.overhead)
        sealed += key.header
        try key.cipher.seal(bytes, authenticating: additional, random: self.random, into: &sealed)
        return sealed
    }

    /// What was in a sealed message.
    struct Opened {
        var bytes: [UInt8]
        /// Whether it was sealed with a key that is not the newest, or by an earlier release, and is to be sealed anew.
        var isOutdated: Bool
    }

    /// Opens what a sealer of the same purpose and context sealed for the same name, or answers nil.
    func open(_ sealed: [UInt8], for name: String) -> Opened? {
        guard sealed.count >= Self.overhead, let keys = try? self.keys.ring.all else { return nil }
        let id = KeyID(sealed[1..<Self.headerByteCount])
        // An unknown key and another version take the same time as a wrong tag: what follows cannot succeed.
        let index = keys.firstIndex { $0.id == id } ?? 0
        let key = keys[index]
        let isFormer = sealed[0] == Self.formerVersion && self.former.areAccepted
        let additional =
            isFormer
            ? Self.additional(header: [Self.formerVersion] + key.id.bytes, self.purpose, name: name, context: "")
            : self.additional(for: name, by: key)
        let bytes = sealed.withUnsafeBytes {
            key.cipher.open(UnsafeRawBufferPointer(rebasing: $0[Self.headerByteCount...]), authenticating: additional)
        }
        guard let bytes, sealed[0] == Self.version || isFormer, key.id == id else { return nil }
        return Opened(bytes: bytes, isOutdated: index > 0 || isFormer)
    }

    private func additional(for name: String, by key: SealingKey) -> [UInt8] {
        var name = name
        let isUsual = name.withUTF8 { name in
            self.usualName.withUnsafeBufferPointer { name.count == $0.count && name.has($0, at: 0) }
        }
        guard !isUsual else { return key.additional }
        return Self.additional(header: key.header, self.purpose, name: name, context: self.context)
    }

    private static func additional(
        header: [UInt8],
        _ purpose: KeyPurpose,
        name: String,
        context: String
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.write(header)
        writer.write(counted: purpose.label)
        writer.write(counted: name)
        writer.write(counted: context)
        return writer.bytes
    }
}
