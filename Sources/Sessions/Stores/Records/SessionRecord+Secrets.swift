//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionRecord {
    /// How a secret matches this session.
    enum SecretMatch {
        case current
        /// Renewed recently, and still valid.
        case previous
        /// Renewed, and no longer valid.
        case replaced
        /// Of a session in which an administrator acts as its user. It opens nothing without the administrator's
        /// session.
        case acting
        case unknown
    }

    /// Compares with both secrets in any case, each in constant time.
    func match(of hash: SecretHash, now: SessionInstant) -> SecretMatch {
        let isCurrent = hash == self.secretHash
        let isPrevious = self.previousSecret.map { hash == $0.hash } ?? false
        if isCurrent { return .current }
        guard isPrevious, let previousSecret else { return self.isActing(by: hash) ? .acting : .unknown }
        return now < previousSecret.validUntil ? .previous : .replaced
    }

    /// The newest token of this session that may be delivered to the holder of a token: the token itself, or its
    /// successor by a timed renewal; nil if the newest one was delivered only to another client.
    func newestToken(for token: SessionToken, now: SessionInstant) -> SessionToken? {
        switch self.match(of: token.secretHash, now: now) {
        case .current, .acting:
            return token
        case .previous:
            guard let previousSecret else { return nil }
            let successor = token.secret.successor(nonce: previousSecret.nonce)
            return successor.hash == self.secretHash ? SessionToken(id: self.id, secret: successor) : nil
        case .replaced, .unknown:
            return nil
        }
    }

    /// Renews the secret, and keeps the previous one valid for a grace period.
    mutating func renewSecret(of token: SessionToken, grace: Duration, random: SessionRandom, now: SessionInstant)
        throws
    {
        let nonce = random.next()
        let previous = PreviousSecret(hash: self.secretHash, validUntil: now + grace, nonce: nonce)
        try self.replaceSecret(with: token.secret.successor(nonce: nonce), now: now)
        self.previousSecret = previous
    }

    /// Replaces the secret at once: the previous one no longer opens the session.
    mutating func replaceSecret(with secret: SessionSecret, now: SessionInstant) throws {
        self.dataKey = try self.dataKey?.rewrapped(for: SessionToken(id: self.id, secret: secret))
        self.previousSecret = nil
        self.secretHash = secret.hash
        self.secretIssuedAt = now
    }
}
