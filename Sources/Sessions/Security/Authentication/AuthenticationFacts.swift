//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a login or another authentication records besides its time.
struct AuthenticationFacts {
    /// The version of the credentials; 0 for none.
    let credentialVersion: Int64
    let methods: [AuthenticationMethod]
    let level: AuthenticationLevel?

    /// The maximum number of methods that a session keeps.
    static let maximumMethodCount = 16
    /// The maximum number of levels that a session keeps: the highest ones.
    static let maximumProofCount = 8
    /// The integers that JSON and floating-point numbers represent exactly.
    static let versions = 1...(1 << 53)

    /// - Throws: ``SessionError`` with the code `invalidAuthentication`.
    init(
        credentialVersion: Int? = nil,
        methods: [AuthenticationMethod] = [],
        level: AuthenticationLevel? = nil
    ) throws(SessionError) {
        if let credentialVersion { try Self.check(credentialVersion) }
        guard methods.count <= Self.maximumMethodCount, methods.allSatisfy(\.name.isWord) else {
            throw .invalidAuthentication(
                """
                \(methods.count) authentication methods are refused: give at most \(Self.maximumMethodCount), each of 1 to 64 \
                printable ASCII characters without spaces, quotes and backslashes.
                """
            )
        }
        try level?.check()
        self.credentialVersion = Int64(credentialVersion ?? 0)
        self.methods = methods
        self.level = level
    }

    /// - Throws: ``SessionError`` with the code `invalidAuthentication`.
    static func check(_ credentialVersion: Int) throws(SessionError) {
        guard Self.versions.contains(credentialVersion) else {
            throw .invalidAuthentication(
                "The credential version \(credentialVersion) is refused: give 1 to \(Self.versions.upperBound).")
        }
    }

    /// Whether there is nothing to record.
    var isEmpty: Bool { self.credentialVersion == 0 && self.methods.isEmpty && self.level == nil }
}

extension SessionRecord {
    /// Adds the facts of an authentication now to those of earlier ones.
    mutating func note(_ facts: AuthenticationFacts, now: SessionInstant) {
        self.credentialVersion = max(self.credentialVersion, facts.credentialVersion)
        if !facts.methods.isEmpty {
            var methods = self.authenticationMethods
            for method in facts.methods where !methods.contains(method) { methods.append(method) }
            self.authenticationMethods = Array(methods.suffix(AuthenticationFacts.maximumMethodCount))
        }
        if let level = facts.level {
            var proofs = self.authenticationProofs.filter { $0.level.rank != level.rank }
            proofs.append(AuthenticationProof(level: level, time: now))
            proofs.sort { $0.level.rank < $1.level.rank }
            self.authenticationProofs = Array(proofs.suffix(AuthenticationFacts.maximumProofCount))
        }
    }
}
