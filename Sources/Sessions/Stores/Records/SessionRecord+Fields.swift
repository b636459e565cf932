//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionRecord {
    /// The fields of every record.
    struct Fields: Sendable, Equatable {
        var id: SessionID
        var secretHash: SecretHash
        var secretIssuedAt: SessionInstant
        var version: SessionVersion
        let createdAt: SessionInstant
        var lastAccessedAt: SessionInstant
        var expiresAt: SessionInstant
        var absoluteExpiresAt: SessionInstant
        var isRemembered: Bool
        /// Not a `Duration`, whose 16-byte alignment would need a slower allocation for every record.
        var rememberedMilliseconds: Int64?
        var values: SessionValues
        var optionalFields = OptionalFields.Box()
    }

    /// The fields of a login, and fields that few records have.
    struct OptionalFields: Sendable, Equatable {
        var previousSecret: PreviousSecret?
        var authenticatedAt: SessionInstant?
        var subject: ByteString?
        var cookieOverrides: SessionCookie.Overrides?
        var firstClient: SessionClient?
        var lastClient: SessionClient?
        var deviceLabel: ByteString?
        var sealedValues: [UInt8] = []
        var dataKey: DataKey?
        var subjectEpoch: Int64 = 0
        var globalEpoch: Int64 = 0
        var external: ExternalRecord?
        var migrationMarker: MigrationMarker?
        var credentialVersion: Int64 = 0
        var authenticationMethods: [AuthenticationMethod] = []
        var authenticationProofs: [AuthenticationProof] = []
        var unknownFields: [UInt8] = []
    }
}

extension SessionRecord.OptionalFields {
    /// Boxes the optional fields, so that a record without any is cheap to copy, change and release.
    struct Box: Sendable, Equatable {
        private var one: [SessionRecord.OptionalFields] = []

        /// Whether no field was ever set.
        var isEmpty: Bool { self.one.isEmpty }

        /// Reads a field; nil if none was ever set.
        func read<Value>(_ field: (SessionRecord.OptionalFields) -> Value?) -> Value? {
            self.one.isEmpty ? nil : field(self.one[0])
        }

        /// Changes fields, without an allocation if the new value is the default.
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
