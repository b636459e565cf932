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

/// The keys that seal and sign, the newest first.
///
/// The newest key makes new credentials; all keys open and verify existing ones. Rotation therefore logs no one out:
/// add a new key in front, and remove the oldest when nothing made with it can be alive, which is after the absolute
/// limit of your sessions. Credentials of an old key are made again with the next response.
///
/// ```swift
/// let keyring = try SecretKeyring(environment: "SESSION_KEYS")
/// ```
///
/// Each purpose has its own keys, derived from these. Keys are never printed. <doc:Keys> describes how to generate,
/// configure and rotate them.
public final class SecretKeyring: Sendable {
    private let keys: Mutex<[SecretKey]>
    /// Changes with the keys.
    private let generation = Atomic(0)

    /// Creates a keyring.
    ///
    /// - Parameter keys: The keys, the newest first.
    /// - Throws: ``SessionError`` with the code `configuration` when there are none, or a duplicate.
    public init(_ keys: [SecretKey]) throws(SessionError) {
        try Self.check(keys)
        self.keys = Mutex(keys)
    }

    /// Creates a keyring from an environment variable: keys separated by commas or white space, the newest first.
    ///
    /// - Parameters:
    ///   - name: The name of the variable. Its value is one or more keys, each in canonical unpadded base64url.
    ///   - environment: The variables. The default is nil: those of the process.
    /// - Throws: ``SessionError`` with the code `configuration` when the variable is missing or empty, or when a key is
    ///   rejected.
    public convenience init(
        environment name: String,
        in environment: [String: String]? = nil
    ) throws(SessionError) {
        let value = (environment ?? ProcessInfo.processInfo.environment)[name] ?? ""
        try self.init(SecretKeyParser.keys(inList: value, named: "the environment variable \(name)"))
    }

    private init(ephemeral key: SecretKey) {
        self.keys = Mutex([key])
    }

    /// Creates a keyring with one new key that only this process has.
    ///
    /// - Warning: The key is lost with the process, and everything that it sealed or signed becomes invalid. Use it for
    ///   development and tests.
    /// - Parameter random: The source of the key. The default is the system's secure generator.
    public static func ephemeral(using random: SessionRandom = .system) -> SecretKeyring {
        SecretKeyring(ephemeral: .generated(using: random))
    }

    /// Replaces all keys at once: for an application whose keys come from a service of its own. Requests in progress
    /// finish with the keys that they began with.
    ///
    /// - Parameter keys: The keys, the newest first.
    /// - Throws: ``SessionError`` with the code `configuration` when there are none, or a duplicate; the keyring is
    ///   then unchanged.
    public func replaceKeys(with keys: [SecretKey]) throws(SessionError) {
        try Self.check(keys)
        self.keys.withLock { current in
            current = keys
            self.generation.add(1, ordering: .releasing)
        }
    }

    /// The short ids of the keys, the newest first: for logs, and for comparing servers. They reveal nothing about the
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
