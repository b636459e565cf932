//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionEvent: Encodable {
    private enum CodingKeys: String, CodingKey {
        case time, kind, reason, session, others, subject, error, address, agent
    }

    /// Writes the event as an object of strings: `time` (ISO 8601 in UTC with milliseconds) and `kind`, and if present
    /// `reason`, `session`, `others` (a list), `subject`, `error`, and of the client `address` and `agent`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("\(self.time)", forKey: .time)
        try container.encode("\(self.kind)", forKey: .kind)
        try container.encodeIfPresent(self.reason?.description, forKey: .reason)
        try container.encodeIfPresent(self.sessionID?.description, forKey: .session)
        if !self.otherSessionIDs.isEmpty {
            try container.encode(self.otherSessionIDs.map(\.description), forKey: .others)
        }
        try container.encodeIfPresent(self.subject, forKey: .subject)
        try container.encodeIfPresent(self.errorCode, forKey: .error)
        try container.encodeIfPresent(self.client?.address, forKey: .address)
        try container.encodeIfPresent(self.client?.userAgent, forKey: .agent)
    }
}
