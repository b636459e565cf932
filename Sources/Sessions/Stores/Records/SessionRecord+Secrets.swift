//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionRecord {
    /// What a secret is to this session.
    enum SecretMatch {
        case current
        /// Renewed a moment ago, and still good.
        case previous
        /// Renewed, and no longer good.
        case replaced
        case unknown
    }

    /// Compares with both secrets whatever the outcome, each in constant time.
    func match(of hash: SecretHash, now: Instant) -> SecretMatch {
        let isCurrent = hash == self.secretHash
        let isPrevious = self.previousSecret.map { hash == $0.hash } ?? false
        if isCurrent { return .current }
        guard isPrevious, let previousSecret else { return .unknown }
        return now < previousSecret.validUntil ? .previous : .replaced
    }

    /// The newest token of this session that the holder of a token may be given: that token itself, or the one that a
    /// timed renewal made of it; nil when there is another that only somebody else was given.
    func newestToken(for token: SessionToken, now: Instant) -> SessionToken? {
        switch self.match(of: token.secretHash, now: now) {
        case .current:
            return token
        case .previous:
            guard let previousSecret else { return nil }
            let successor = token.secret.successor(nonce: previousSecret.nonce)
            return successor.hash == self.secretHash ? SessionToken(id: self.id, secret: successor) : nil
        case .replaced, .unknown:
            return nil
        }
    }

    /// Makes a new secret and lets the previous one live for a grace period.
    mutating func renewSecret(of token: SessionToken, grace: Duration, random: SessionRandom, now: Instant) throws {
        let nonce = random.next()
        let previous = PreviousSecret(hash: self.secretHash, validUntil: now + grace, nonce: nonce)
        try self.replaceSecret(with: token.secret.successor(nonce: nonce), now: now)
        self.previousSecret = previous
    }

    /// Makes a new secret at once: the previous one opens nothing any more.
    mutating func replaceSecret(with secret: SessionSecret, now: Instant) throws {
        self.dataKey = try self.dataKey?.rewrapped(for: SessionToken(id: self.id, secret: secret))
        self.previousSecret = nil
        self.secretHash = secret.hash
        self.secretIssuedAt = now
    }
}
