//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionRecord {
    /// What every record holds.
    struct Fields: Sendable, Equatable {
        var id: SessionID
        var secretHash: SecretHash
        var secretIssuedAt: Instant
        var version: SessionVersion
        let createdAt: Instant
        var lastAccessedAt: Instant
        var expiresAt: Instant
        var absoluteExpiresAt: Instant
        var isRemembered: Bool
        /// Not a `Duration`: that is aligned to 16 bytes, which takes a slower allocation for every record.
        var rememberedMilliseconds: Int64?
        var values: SessionValues
        var rare = OptionalFields.Place()
    }

    /// What a record holds of a login, and what few records hold at all.
    struct OptionalFields: Sendable, Equatable {
        var previousSecret: PreviousSecret?
        var authenticatedAt: Instant?
        var subject: ByteString?
        var cookieOverrides: SessionCookie.Overrides?
        var firstClient: SessionClient?
        var lastClient: SessionClient?
        var deviceLabel: ByteString?
        var sealedValues: [UInt8] = []
        var dataKey: DataKey?
        var loginMark: Int64 = 0
        var everyoneMark: Int64 = 0
        var external: ExternalRecord?
        var migrationMarker: MigrationMarker?
        var credentialVersion: Int64 = 0
        var authenticationMethods: [AuthenticationMethod] = []
        var authenticationProofs: [AuthenticationProof] = []
        var unknownFields: [UInt8] = []
    }
}

extension SessionRecord.OptionalFields {
    /// Where rare fields are, so that a record without any is small: to copy, to change and to forget.
    struct Place: Sendable, Equatable {
        private var one: [SessionRecord.OptionalFields] = []

        /// Whether none was ever set.
        var isEmpty: Bool { self.one.isEmpty }

        /// Reads a field; nil when none was ever set.
        func read<Value>(_ field: (SessionRecord.OptionalFields) -> Value?) -> Value? {
            self.one.isEmpty ? nil : field(self.one[0])
        }

        /// Changes fields, except that nothing is made for a field that is to be what it is without.
        mutating func change(keeping isDefault: Bool, _ body: (inout SessionRecord.OptionalFields) -> Void) {
            if self.one.isEmpty {
                if isDefault { return }
                self.one = [SessionRecord.OptionalFields()]
            }
            body(&self.one[0])
        }

        static func == (left: Self, right: Self) -> Bool {
            (left.one.first ?? .init()) == (right.one.first ?? .init())
        }
    }
}
