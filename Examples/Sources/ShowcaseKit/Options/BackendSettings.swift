//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser

/// The settings of the backend, with defaults for missing options.
package struct BackendSettings {
    package let store: StoreArgument
    /// The migration of sessions, or of the revocations of sealed ones. Nil if there is none.
    package let moving: MovingSettings?
    /// Nil: a temporary key of this process, if one is needed.
    package let keys: KeysArgument?
    package let revocation: RevocationArgument
    /// How old a server's state of revocations may be.
    package let revocationAge: Duration
    /// The maximum number of cookies of a sealed session. Nil for the default, which proxies accept.
    package let sealedCookies: Int?
    /// The certificate file of the authority that signed Redis's certificate. Nil for the authorities that the system
    /// trusts.
    package let redisAuthority: String?
    /// Whether a pooler is in front of PostgreSQL.
    package let isPostgresPooled: Bool

    /// How many Redis replicas must have a logout before it is acknowledged.
    package let redisReplicas: Int
    /// The lease of the near cache of Redis. Nil if there is none.
    package let nearCache: Duration?
    package let isEncryptedAtRest: Bool
    package let isSigned: Bool

    /// - Throws: `ValidationError` for options that are invalid or do not apply together.
    package init(_ options: ShowcaseOptions, _ reader: SettingReader) throws {
        self.store = try reader.value(options.store, orVariable: "SHOWCASE_STORE", StoreArgument.parse) ?? .memory
        self.moving = try MovingSettings(options, reader)
        self.keys = try reader.value(options.keys, orVariable: "SHOWCASE_KEYS", KeysArgument.parse)
        let revocation = try reader.value(
            options.revocation, orVariable: "SHOWCASE_REVOCATION", RevocationArgument.parse
        )
        let revocationAge = try reader.value(
            options.revocationAge, orVariable: "SHOWCASE_REVOCATION_AGE", DurationArgument.parse
        )
        self.revocation = revocation ?? .memory
        self.revocationAge = revocationAge ?? .seconds(1)
        self.sealedCookies = try reader.value(options.sealedCookies, orVariable: "SHOWCASE_SEALED_COOKIES") { text in
            guard let count = Int(text) else { throw ValidationError("Give a number.") }
            return count
        }
        self.redisAuthority = try reader.value(
            options.redisAuthority, orVariable: "SHOWCASE_REDIS_AUTHORITY", { $0 }
        )
        self.isPostgresPooled =
            try reader.value(
                options.postgresPooler, orVariable: "SHOWCASE_POSTGRES_POOLER", ChoiceArgument.truth.parse
            ) ?? false

        let redisReplicas = try reader.value(options.redisReplicas, orVariable: "SHOWCASE_REDIS_REPLICAS") { text in
            guard let count = Int(text) else { throw ValidationError("Give a number.") }
            return count
        }
        self.redisReplicas = redisReplicas ?? 0
        self.nearCache = try reader.value(
            options.nearCache, orVariable: "SHOWCASE_NEAR_CACHE", DurationArgument.parse
        )
        self.isEncryptedAtRest =
            try reader.value(
                options.encryptedAtRest, orVariable: "SHOWCASE_ENCRYPTED_AT_REST", ChoiceArgument.truth.parse
            ) ?? false
        self.isSigned =
            try reader.value(options.signed, orVariable: "SHOWCASE_SIGNED", ChoiceArgument.truth.parse) ?? false

        // An option without an effect is rejected, so that no one relies on it.
        let stored = "--store memory, --store sqlite:PATH, --store redis://… and --store postgres://…"
        try self.refuse("--encrypted-at-rest", self.isEncryptedAtRest && !self.store.isStored, itIsFor: stored)
        try self.refuse("--signed", self.isSigned && !self.store.isStored, itIsFor: stored)
        guard
            self.redisAuthority == nil || self.store.isSecureRedis || self.revocation.isSecureRedis
                || self.moving?.target.isSecureRedis == true
        else {
            throw ValidationError("--redis-authority means nothing here: it is for servers by a rediss:// address.")
        }
        guard
            !self.isPostgresPooled || self.store.isPostgres || self.revocation.isPostgres
                || self.moving?.target.isPostgres == true
        else {
            throw ValidationError("--postgres-pooler means nothing here: it is for a postgres:// address.")
        }
        try self.refuse(
            "--redis-replicas",
            redisReplicas != nil && !self.store.isRedis && !self.revocation.isRedis
                && self.moving?.target.isRedis != true,
            itIsFor: "servers by a redis:// address")
        guard (0...1_000).contains(self.redisReplicas) else {
            throw ValidationError("--redis-replicas is \(self.redisReplicas): give 0 to 1000.")
        }
        try self.refuse(
            "--near-cache", self.nearCache != nil && !self.store.isRedis && self.moving?.target.isRedis != true,
            itIsFor: "servers by a redis:// address")
        try self.refuse(
            "--keys", self.keys != nil && !self.needsKeys, itIsFor: "--store sealed, --store token-only and --signed"
        )
        try self.refuse(
            "--sealed-cookies", self.sealedCookies != nil && self.store != .sealed, itIsFor: "--store sealed")
        try self.refuse("--revocation", revocation != nil && self.store != .sealed, itIsFor: "--store sealed")
        guard revocationAge == nil || self.revocation.isShared else {
            throw ValidationError(
                """
                --revocation-age means nothing with --revocation \(self.revocation.name): it is for --revocation \
                sqlite:PATH, --revocation redis://… and --revocation postgres://….
                """
            )
        }
        let isMovable = self.store.isStored || self.sealedRevocation?.isShared == true
        try self.refuse(
            "--moving-to", self.moving != nil && !isMovable,
            itIsFor: "\(stored), and --revocation sqlite:PATH and redis://…"
        )
        let renews = reader.isGiven(options.renewAfter, orVariable: "SHOWCASE_RENEW_AFTER")
        try self.refuse("--renew-after", renews && !self.store.isStored, itIsFor: stored)
        // Bare tokens cannot be revoked.
        for (option, isGiven) in [
            ("--idle-timeout", reader.isGiven(options.idleTimeout, orVariable: "SHOWCASE_IDLE_TIMEOUT")),
            ("--absolute-timeout", reader.isGiven(options.absoluteTimeout, orVariable: "SHOWCASE_ABSOLUTE_TIMEOUT")),
            ("--touch-after", reader.isGiven(options.touchAfter, orVariable: "SHOWCASE_TOUCH_AFTER")),
        ] {
            try self.refuse(option, isGiven && self.store == .tokenOnly, itIsFor: "all other stores")
        }
    }

    /// Whether sessions are sealed or signed.
    package var needsKeys: Bool { !self.store.isStored || self.isSigned }

    /// Whether sealed or signed data becomes invalid when this process ends.
    package var hasEphemeralKey: Bool { self.needsKeys && self.keys == nil }

    /// Whether sessions survive the process.
    package var survivesRestart: Bool { self.store != .memory && !self.hasEphemeralKey }

    /// How sealed sessions are revoked. Nil for other backends.
    package var sealedRevocation: RevocationArgument? { self.store == .sealed ? self.revocation : nil }

    private func refuse(_ option: String, _ isMeaningless: Bool, itIsFor place: String) throws {
        guard isMeaningless else { return }
        throw ValidationError("\(option) means nothing with --store \(self.store.name): it is for \(place).")
    }
}
