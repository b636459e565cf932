//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The metadata that a session stores in its own property, because Express has no place for it. Times are in
/// milliseconds since 1970, as in JavaScript.
struct ExpressMetadata: Codable, Equatable {
    struct Client: Codable, Equatable {
        var address: String?
        var userAgent: String?

        init(_ client: SessionClient) {
            self.address = client.address
            self.userAgent = client.userAgent
        }

        var client: SessionClient { SessionClient(address: self.address, userAgent: self.userAgent) }
    }

    /// The public id of the session in which it was written. Nil in metadata of older versions.
    var id: String?
    var createdAt: Int64
    /// The user to whose login the two times belong. Nil without a login, and in metadata of older versions.
    var subject: String?
    /// When the user authenticated. Nil if unknown.
    var authenticatedAt: Int64?
    /// When a login of unknown time was first seen.
    var loginSeenAt: Int64?
    var deviceLabel: String?
    var firstClient: Client?
    var lastClient: Client?

    init(_ record: SessionRecord) {
        self.id = record.id.description
        self.createdAt = record.createdAt.millisecondsSince1970
        self.subject = record.subject
        self.loginSeenAt = record.external?.loginSeenAt?.millisecondsSince1970
        self.authenticatedAt = self.loginSeenAt == nil ? record.authenticatedAt?.millisecondsSince1970 : nil
        self.deviceLabel = record.deviceLabel
        self.firstClient = record.firstClient.map(Client.init)
        self.lastClient = record.lastClient.map(Client.init)
    }

    /// Parses the metadata. Nil if the text is invalid.
    init?(_ text: [UInt8]?) {
        guard let text, let metadata = try? JSONDecoder().decode(Self.self, from: Data(text)) else { return nil }
        self = metadata
    }

    func text() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    /// Whether the metadata belongs to this user's login.
    func isLogin(of subject: String?) -> Bool {
        guard let subject else { return false }
        guard let own = self.subject else { return self.authenticatedAt != nil }
        return own.utf8.elementsEqual(subject.utf8)
    }

    func apply(to record: inout SessionRecord) {
        record.deviceLabel = self.deviceLabel?.truncated(toBytes: SessionRecord.labelLimit)
        record.firstClient = self.firstClient?.client
        record.lastClient = self.lastClient?.client
    }
}
