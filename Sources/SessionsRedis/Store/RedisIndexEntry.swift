//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// An entry in the index of a user's sessions: an id and when it was written, so that an entry can be removed without
/// removing a newer one of the same session.
///
/// The index is a sorted set. The score of an entry is the absolute end of the session at the time of writing.
struct RedisIndexEntry: Sendable {
    /// The grace period of an entry without a session: its session may be about to be written, and no call takes that
    /// long. A scan of the index also ends within this time.
    static let gracePeriod = Duration.minutes(5)

    let id: SessionID
    let writtenAt: SessionInstant
    let score: Double

    init(id: SessionID, writtenAt: SessionInstant, score: Double) {
        self.id = id
        self.writtenAt = writtenAt
        self.score = score
    }

    init?(_ text: String, score: Double) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let id = SessionID(String(parts[0])), let milliseconds = Int64(parts[1]) else {
            return nil
        }
        self.init(id: id, writtenAt: SessionInstant(millisecondsSince1970: milliseconds), score: score)
    }

    /// The member of the sorted set.
    var text: String { "\(self.id):\(self.writtenAt.millisecondsSince1970)" }

    /// Whether it may be removed if the user has no such session.
    func isPastGracePeriod(at now: SessionInstant) -> Bool { self.writtenAt + Self.gracePeriod <= now }
}

extension SessionInstant {
    /// The score of an entry whose session ends at this instant.
    var score: Double { Double(self.millisecondsSince1970) }
}
#endif
