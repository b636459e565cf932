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

/// What a session notes besides what Express knows, in a property of its own. Times are milliseconds since 1970, as
/// JavaScript counts them.
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

    /// The public name of the session that it was written in. Nil in notes of older versions.
    var id: String?
    var createdAt: Int64
    /// Whose login the two times are of. Nil without a login, and in notes of older versions.
    var subject: String?
    /// When the user proved who they are; nil where that is not known.
    var authenticatedAt: Int64?
    /// When a login was first seen whose time is not known.
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

    /// The note of a text; nil when it is none.
    init?(_ text: [UInt8]?) {
        guard let text, let note = try? JSONDecoder().decode(Self.self, from: Data(text)) else { return nil }
        self = note
    }

    func text() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    /// Whether the note is of this user's login.
    func isLogin(of subject: String?) -> Bool {
        guard let subject else { return false }
        guard let own = self.subject else { return self.authenticatedAt != nil }
        return own.utf8.elementsEqual(subject.utf8)
    }

    func apply(to record: inout SessionRecord) {
        record.deviceLabel = self.deviceLabel?.cut(toBytes: SessionRecord.labelLimit)
        record.firstClient = self.firstClient?.client
        record.lastClient = self.lastClient?.client
    }
}
