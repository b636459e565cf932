//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Seals bytes under the keys of a keyring, for one purpose, and opens them.
///
/// ```
/// sealed = version (1 byte, 2) · key id (4) · nonce (24) · ciphertext (as long as the plaintext) · tag (16)
/// ```
///
/// The cipher is ``XAES256GCM`` under the key that ``SecretKey/derived(for:)`` makes for the purpose. Authenticated
/// with the ciphertext are `version · key id · counted purpose · counted name · counted context`, where counted means a
/// base-128 varint of the length before the bytes, so that no two different inputs have the same encoding.
///
/// Version 1, of earlier releases, is the same with an empty context. It is opened as long as ``FormerTokens`` allows,
/// and never made.
///
/// If opening fails, the result is nil after the same work, whatever the reason. The first byte is the version: no
/// other version is tried.
struct Sealer: Sendable {
    static let version: UInt8 = 2
    private static let formerVersion: UInt8 = 1
    static let headerByteCount = 1 + KeyID.byteCount
    /// By how many bytes a sealed message is longer than its plaintext.
    static let overhead = headerByteCount + XAES256GCM.nonceByteCount + XAES256GCM.tagByteCount

    /// A key with everything derived from it once. It is a class, so that it is passed by reference.
    private final class SealingKey: Sendable {
        let id: KeyID
        let cipher: XAES256GCM
        /// The beginning of a message.
        let header: [UInt8]
        /// The authenticated data of a message for the default name.
        let additional: [UInt8]

        init(_ key: SecretKey, _ purpose: KeyPurpose, defaultName: String, context: String) throws {
            self.id = key.id
            self.cipher = try XAES256GCM(key: key.derived(for: purpose))
            self.header = [Sealer.version] + key.id.bytes
            self.additional = Sealer.additional(header: self.header, purpose, name: defaultName, context: context)
        }
    }

    private let keys: PreparedKeys<SealingKey>
    private let purpose: KeyPurpose
    private let context: String
    private let defaultName: [UInt8]
    private let former: FormerTokens
    private let random: SessionRandom

    /// Creates a sealer.
    ///
    /// - Parameters:
    ///   - keyring: The keys.
    ///   - purpose: The purpose. A message for one purpose does not open for another.
    ///   - context: The audience of messages, from a ``KeyAudience``.
    ///   - former: Whether messages of earlier releases are opened. The default is that they are not.
    ///   - defaultName: The name of most messages, for which everything is precomputed. The default is empty.
    ///   - random: The source of nonces.
    init(
        _ keyring: SecretKeyring,
        purpose: KeyPurpose,
        context: String,
        former: FormerTokens = .refused,
        defaultName: String = "",
        random: SessionRandom
    ) throws {
        self.keys = try PreparedKeys(keyring) { key in
            try SealingKey(key, purpose, defaultName: defaultName, context: context)
        }
        self.purpose = purpose
        self.context = context
        self.defaultName = Array(defaultName.utf8)
        self.former = former
        self.random = random
    }

    /// Seals bytes with the newest key. The name, such as that of a cookie, is needed again to open them.
    func seal(_ bytes: [UInt8], for name: String) throws -> [UInt8] {
        let key = try self.keys.derived.newest
        let additional = self.additional(for: name, by: key)
        var sealed: [UInt8] = []
        sealed.reserveCapacity(bytes.count + Self.overhead)
        sealed += key.header
        try key.cipher.seal(bytes, authenticating: additional, random: self.random, into: &sealed)
        return sealed
    }

    /// An opened message.
    struct Opened {
        var bytes: [UInt8]
        /// Whether it was sealed with a key that is not the newest, or by an earlier release, and must be sealed again.
        var isOutdated: Bool
    }

    /// Opens what a sealer of the same purpose and context sealed for the same name, or returns nil.
    func open(_ sealed: [UInt8], for name: String) -> Opened? {
        guard sealed.count >= Self.overhead, let keys = try? self.keys.derived.all else { return nil }
        let id = KeyID(sealed[1..<Self.headerByteCount])
        // An unknown key or another version takes as long as a wrong tag: the following steps cannot succeed.
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

    /// The id of the key that a sealed message names, or nil for anything else. The message is not opened.
    static func keyID(of sealed: [UInt8]) -> KeyID? {
        guard sealed.count >= self.overhead, [self.version, self.formerVersion].contains(sealed[0]) else { return nil }
        return KeyID(sealed[1..<self.headerByteCount])
    }

    private func additional(for name: String, by key: SealingKey) -> [UInt8] {
        var name = name
        let isDefault = name.withUTF8 { name in
            self.defaultName.withUnsafeBufferPointer { name.count == $0.count && name.has($0, at: 0) }
        }
        guard !isDefault else { return key.additional }
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
