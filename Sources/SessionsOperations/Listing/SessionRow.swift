//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
package import Sessions

/// A session as a line of a list for people: columns of fixed width, so that the first line appears before the last is
/// known.
package enum SessionRow {
    package static let header = Self.line(
        id: "ID", used: "USED", ends: "ENDS", size: "SIZE", user: "USER", client: "CLIENT")

    package static func line(_ record: SessionRecord, now: SessionInstant) -> String {
        let client = record.lastClient ?? record.firstClient
        let facts = [client?.name, client?.address].compactMap { $0 }
        return self.line(
            id: record.id.description,
            used: ShortDuration.text(now - record.lastAccessedAt) + " ago",
            ends: "in " + ShortDuration.text(record.expiresAt - now),
            size: ByteCount.text(SessionRecordCodec.encode(record).count),
            user: record.subject.map { UntrustedText.escaped($0, limit: 64) } ?? "-",
            client: facts.isEmpty ? "-" : UntrustedText.escaped(facts.joined(separator: ", "), limit: 96)
        )
    }

    private static func line(id: String, used: String, ends: String, size: String, user: String, client: String)
        -> String
    {
        let fixed = [(id, 22), (used, 9), (ends, 9), (size, 8), (user, 16)]
        return fixed.map { $0.padding($1) }.joined(separator: "  ") + "  " + client
    }
}

extension String {
    /// The text with spaces up to a width.
    func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - self.count)) }

    /// The same, with the spaces before it.
    func leftPadding(_ width: Int) -> String { String(repeating: " ", count: max(0, width - self.count)) + self }
}
#endif
