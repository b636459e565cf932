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
struct ExpressNote: Codable, Equatable {
    struct Client: Codable, Equatable {
        var address: String?
        var userAgent: String?

        init(_ client: SessionClient) {
            self.address = client.address
            self.userAgent = client.userAgent
        }

        var client: SessionClient { SessionClient(address: self.address, userAgent: self.userAgent) }
    }

    var createdAt: Int64
    var authenticatedAt: Int64?
    var deviceLabel: String?
    var firstClient: Client?
    var lastClient: Client?

    init(_ record: SessionRecord) {
        self.createdAt = record.createdAt.millisecondsSince1970
        self.authenticatedAt = record.authenticatedAt?.millisecondsSince1970
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

    func apply(to record: inout SessionRecord) {
        record.deviceLabel = self.deviceLabel
        record.firstClient = self.firstClient?.client
        record.lastClient = self.lastClient?.client
    }
}
