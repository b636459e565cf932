//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
package import Sessions

/// A session as operators see it: no secret, and no content of a value.
package struct ListedSession: Sendable, Encodable, Equatable {
    /// The public id.
    package var id: String
    package var user: String?
    package var createdAt: String
    package var authenticatedAt: String?
    package var lastUsedAt: String
    /// When it ends unless it is used.
    package var expiresAt: String
    /// When it ends even if it is used.
    package var endsAt: String
    package var isRemembered: Bool
    package var isDeviceBound: Bool
    /// Whether its values are encrypted at rest.
    package var isEncrypted: Bool
    package var deviceLabel: String?
    /// The address of the client that last used it, as far as it is known.
    package var address: String?
    package var userAgent: String?
    /// A familiar name of the client, such as "Firefox on Windows".
    package var client: String?
    /// The number of its values; nil if they are encrypted.
    package var valueCount: Int?
    /// The size of the record in bytes.
    package var size: Int

    package init(_ record: SessionRecord) {
        let client = record.lastClient ?? record.firstClient
        self.id = record.id.description
        self.user = record.subject
        self.createdAt = record.createdAt.description
        self.authenticatedAt = record.authenticatedAt?.description
        self.lastUsedAt = record.lastAccessedAt.description
        self.expiresAt = record.expiresAt.description
        self.endsAt = record.absoluteExpiresAt.description
        self.isRemembered = record.isRemembered
        self.isDeviceBound = record.isDeviceBound
        self.isEncrypted = record.hasSealedValues
        self.deviceLabel = record.deviceLabel
        self.address = client?.address
        self.userAgent = client?.userAgent
        self.client = client?.name
        self.valueCount = record.hasSealedValues ? nil : record.values.count
        self.size = SessionRecordCodec.encode(record).count
    }
}
#endif
