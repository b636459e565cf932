//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionRecord {
    /// What a record holds.
    struct Fields: Sendable, Equatable {
        var id: SessionID
        var secretHash: SecretHash
        var secretIssuedAt: Instant
        var previousSecret: PreviousSecret?
        var version: SessionVersion
        let createdAt: Instant
        var lastAccessedAt: Instant
        var expiresAt: Instant
        var absoluteExpiresAt: Instant
        var isRemembered: Bool
        /// Not a `Duration`: that is aligned to 16 bytes, which takes a slower allocation for every record.
        var rememberedMilliseconds: Int64?
        var authenticatedAt: Instant?
        var subject: String?
        var cookieOverrides: SessionCookie.Overrides?
        var firstClient: SessionClient?
        var lastClient: SessionClient?
        var deviceLabel: String?
        var values: SessionValues
        var sealedValues: [UInt8] = []
        var valuesKey: ValuesKey?
        var loginMark: Int64 = 0
        var everyoneMark: Int64 = 0
        var foreign: ForeignRecord?
        var moveMark: SessionMoveMark?
        var unknownFields: [UInt8] = []
    }
}
