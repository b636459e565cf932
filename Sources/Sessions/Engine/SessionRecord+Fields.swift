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
        var rare = RareFields.Place()
    }

    /// What a record holds of a login, and what few records hold at all.
    struct RareFields: Sendable, Equatable {
        var previousSecret: PreviousSecret?
        var authenticatedAt: Instant?
        var subject: String?
        var cookieOverrides: SessionCookie.Overrides?
        var firstClient: SessionClient?
        var lastClient: SessionClient?
        var deviceLabel: String?
        var sealedValues: [UInt8] = []
        var valuesKey: ValuesKey?
        var loginMark: Int64 = 0
        var everyoneMark: Int64 = 0
        var foreign: ForeignRecord?
        var moveMark: SessionMoveMark?
        var unknownFields: [UInt8] = []
    }
}

extension SessionRecord.RareFields {
    /// Where rare fields are, so that a record without any is small: to copy, to change and to forget.
    struct Place: Sendable, Equatable {
        private var one: [SessionRecord.RareFields] = []

        /// Whether none was ever set.
        var isEmpty: Bool { self.one.isEmpty }

        /// Reads a field; nil when none was ever set.
        func read<Value>(_ field: (SessionRecord.RareFields) -> Value?) -> Value? {
            self.one.isEmpty ? nil : field(self.one[0])
        }

        /// Changes fields, except that nothing is made for a field that is to be what it is without.
        mutating func change(keeping isDefault: Bool, _ body: (inout SessionRecord.RareFields) -> Void) {
            if self.one.isEmpty {
                if isDefault { return }
                self.one = [SessionRecord.RareFields()]
            }
            body(&self.one[0])
        }

        static func == (left: Self, right: Self) -> Bool {
            (left.one.first ?? .init()) == (right.one.first ?? .init())
        }
    }
}
