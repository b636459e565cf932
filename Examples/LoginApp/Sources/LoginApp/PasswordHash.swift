//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import CryptoExtras
import Foundation
import NIOPosix

/// A password as the database keeps it: its hash by scrypt (RFC 7914), with what is needed to compute it again.
struct PasswordHash: Codable, Sendable {
    // Parameters that OWASP recommends: 32 MiB of memory for each hash. A new value counts for new passwords.
    private var rounds = 32_768
    private var blockSize = 8
    private var parallelism = 3
    private var salt = Data((0..<16).map { _ in UInt8.random(in: .min ... .max) })
    private var hash = Data()

    /// Matches no password. It makes the answer for an unknown user take as long as for a known one.
    static let ofUnknownUser = PasswordHash()

    private init() {}

    init(_ password: String) async throws {
        self.hash = try await self.derive(password).withUnsafeBytes { Data($0) }
    }

    func matches(_ password: String) async throws -> Bool {
        // Symmetric keys are compared in constant time.
        try await self.derive(password) == SymmetricKey(data: self.hash)
    }

    /// Runs on a thread of its own, because it keeps a processor busy for more than a tenth of a second.
    private func derive(_ password: String) async throws -> SymmetricKey {
        try await NIOThreadPool.singleton.runIfActive {
            try KDF.Scrypt.deriveKey(
                from: Data(password.utf8), salt: self.salt, outputByteCount: 32, rounds: self.rounds,
                blockSize: self.blockSize, parallelism: self.parallelism, maxMemory: 64 << 20)
        }
    }
}
