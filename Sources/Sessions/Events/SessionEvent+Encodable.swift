//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension SessionEvent: Encodable {
    private enum CodingKeys: String, CodingKey {
        case time, kind, reason, action, session, others, subject, error, address, agent, administrator, comment, actor
        case actingReason = "acting_reason"
    }

    /// Writes the event as an object of strings: `time` (ISO 8601 in UTC with milliseconds) and `kind`, and if present
    /// `reason`, `action`, `session`, `others` (a list), `subject`, `error`, of the client `address` and `agent`, and
    /// `administrator` and `comment`, and `actor` and `acting_reason`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("\(self.time)", forKey: .time)
        try container.encode("\(self.kind)", forKey: .kind)
        try container.encodeIfPresent(self.reason?.description, forKey: .reason)
        try container.encodeIfPresent(self.action?.description, forKey: .action)
        try container.encodeIfPresent(self.sessionID?.description, forKey: .session)
        if !self.otherSessionIDs.isEmpty {
            try container.encode(self.otherSessionIDs.map(\.description), forKey: .others)
        }
        try container.encodeIfPresent(self.subject, forKey: .subject)
        try container.encodeIfPresent(self.actor, forKey: .actor)
        try container.encodeIfPresent(self.actingReason, forKey: .actingReason)
        try container.encodeIfPresent(self.errorCode, forKey: .error)
        try container.encodeIfPresent(self.client?.address, forKey: .address)
        try container.encodeIfPresent(self.client?.userAgent, forKey: .agent)
        try container.encodeIfPresent(self.administrator, forKey: .administrator)
        try container.encodeIfPresent(self.comment, forKey: .comment)
    }
}

extension SessionEvent {
    /// The same members, as metadata of a log line. Clients and users choose some of the texts, so all are escaped.
    var auditMetadata: Logger.Metadata {
        let others = self.otherSessionIDs.map(\.description).joined(separator: ",")
        let members: [(name: String, text: String?)] = [
            ("time", "\(self.time)"), ("kind", "\(self.kind)"), ("reason", self.reason?.description),
            ("session", self.sessionID?.description),
            ("others", others.isEmpty ? nil : others),
            ("subject", self.subject), ("error", self.errorCode), ("address", self.client?.address),
            ("agent", self.client?.userAgent),
        ]
        return members.reduce(into: [:]) { metadata, member in
            guard let text = member.text else { return }
            metadata["session.\(member.name)"] = "\(UntrustedText.escaped(text, limit: UntrustedText.descriptionLimit))"
        }
    }
}
