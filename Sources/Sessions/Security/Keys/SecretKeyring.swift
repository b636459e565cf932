//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The keys that seal and sign: in order, the newest first.
///
/// The newest key makes what is new; all of them open and verify what is there. So a key is rotated without logging
/// anybody out: put a new one in front, and take the oldest away when nothing of it can be alive any more, which is
/// after the absolute limit of your sessions. What an old key made is made anew with the next response.
///
/// ```swift
/// let keyring = try SecretKeyring(environment: "SESSION_KEYS")
/// ```
///
/// Each purpose has keys of its own, derived from these. Nothing prints a key. <doc:Keys> tells how to make, give and
/// rotate them.
public final class SecretKeyring: Sendable {
    private let keys: Mutex<[SecretKey]>
    /// Changes with the keys.
    private let generation = Atomic(0)

    /// Creates a ring.
    ///
    /// - Parameter keys: The keys, the newest first.
    /// - Throws: ``SessionError`` with the code `configuration` when there is none, or one of them twice.
    public init(_ keys: [SecretKey]) throws(SessionError) {
        try Self.check(keys)
        self.keys = Mutex(keys)
    }

    /// Creates a ring of the keys in an environment variable, separated by commas or white space, the newest first.
    ///
    /// - Parameters:
    ///   - name: The name of the variable. Its value is one or more keys, each in canonical unpadded base64url.
    ///   - environment: The variables. The default is nil: those of the process.
    /// - Throws: ``SessionError`` with the code `configuration` when the variable is missing or empty, or when a key is
    ///   refused.
    public convenience init(
        environment name: String,
        in environment: [String: String]? = nil
    ) throws(SessionError) {
        let value = (environment ?? ProcessInfo.processInfo.environment)[name] ?? ""
        try self.init(SecretKeyText.keys(inList: value, named: "the environment variable \(name)"))
    }

    private init(ephemeral key: SecretKey) {
        self.keys = Mutex([key])
    }

    /// A ring of one new key that nobody else has.
    ///
    /// - Warning: With the process the key is lost, and whatever it sealed or signed is worth nothing. For development
    ///   and tests.
    /// - Parameter random: Where the key comes from. The default is the system's secure generator.
    public static func ephemeral(using random: SessionRandom = .system) -> SecretKeyring {
        SecretKeyring(ephemeral: .generated(using: random))
    }

    /// Replaces all keys at once: for an application that is given its keys by a service of its own. Requests under way
    /// finish with the keys they began with.
    ///
    /// - Parameter keys: The keys, the newest first.
    /// - Throws: ``SessionError`` with the code `configuration` when there is none, or one of them twice; the ring is
    ///   then what it was.
    public func replaceKeys(with keys: [SecretKey]) throws(SessionError) {
        try Self.check(keys)
        self.keys.withLock { current in
            current = keys
            self.generation.add(1, ordering: .releasing)
        }
    }

    /// The short ids of the keys, the newest first: for logs and for comparing servers. They reveal nothing of the
    /// keys.
    public var keyIDs: [String] {
        self.snapshot.keys.map { "\($0.id)" }
    }

    var currentGeneration: Int {
        self.generation.load(ordering: .acquiring)
    }

    var snapshot: (keys: [SecretKey], generation: Int) {
        self.keys.withLock { ($0, self.currentGeneration) }
    }

    private static func check(_ keys: [SecretKey]) throws(SessionError) {
        guard !keys.isEmpty else { throw .emptyKeyring }
        for (index, key) in keys.enumerated() {
            guard let first = keys[..<index].firstIndex(where: { $0.id == key.id }) else { continue }
            throw SessionError(
                .configuration,
                """
                Keys \(first + 1) and \(index + 1) of a keyring are the same (\(key.id)): remove one, or the older \
                would look like the newest.
                """
            )
        }
    }
}

extension SecretKeyring: CustomStringConvertible, CustomReflectable {
    /// The short ids of the keys, and never a key.
    public var description: String { "SecretKeyring(\(self.keyIDs.joined(separator: ", ")))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
