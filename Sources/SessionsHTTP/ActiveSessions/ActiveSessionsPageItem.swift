//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A session in the JSON list. Every member is always present. An unknown value is `null`.
struct ActiveSessionsPageItem: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, isCurrent, label, name, createdAt, authenticatedAt, lastAccessedAt, idleExpiresAt, absoluteExpiresAt
        case isRemembered, isDeviceBound, deviceFirstUsedAt, firstAddress, lastAddress, firstUserAgent, lastUserAgent,
            firstName, lastName
    }

    private let session: ActiveSession

    init(_ session: ActiveSession) {
        self.session = session
    }

    func encode(to encoder: any Encoder) throws {
        let (first, last) = (self.session.firstClient, self.session.lastClient)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(self.session.id, forKey: .id)
        try members.encode(self.session.isCurrent, forKey: .isCurrent)
        try members.encode(self.session.deviceLabel, forKey: .label)
        try members.encode(self.session.displayName, forKey: .name)
        try members.encode(self.session.createdAt.description, forKey: .createdAt)
        try members.encode(self.session.authenticatedAt.description, forKey: .authenticatedAt)
        try members.encode(self.session.lastAccessedAt.description, forKey: .lastAccessedAt)
        try members.encode(self.session.idleExpiresAt.description, forKey: .idleExpiresAt)
        try members.encode(self.session.absoluteExpiresAt.description, forKey: .absoluteExpiresAt)
        try members.encode(self.session.isRemembered, forKey: .isRemembered)
        try members.encode(self.session.isDeviceBound, forKey: .isDeviceBound)
        try members.encode(self.session.deviceFirstUsedAt?.description, forKey: .deviceFirstUsedAt)
        try members.encode(first.address, forKey: .firstAddress)
        try members.encode(last.address, forKey: .lastAddress)
        try members.encode(first.userAgent, forKey: .firstUserAgent)
        try members.encode(last.userAgent, forKey: .lastUserAgent)
        try members.encode(first.name, forKey: .firstName)
        try members.encode(last.name, forKey: .lastName)
    }
}

extension ActiveSession {
    /// The name to show: the session's label, or its client, or a text for an unknown client.
    var displayName: String {
        self.deviceLabel ?? self.lastClient.name ?? self.firstClient.name ?? "Unknown device"
    }
}
