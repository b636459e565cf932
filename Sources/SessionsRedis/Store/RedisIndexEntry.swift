//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// What stands in the index of a user's sessions: an id, and when it was written there, so that an entry can be removed
/// without removing a newer one of the same session.
struct RedisIndexEntry {
    /// For how long an entry without a session stays: the session may be on its way, and no deadline is as long.
    private static let shelter = Duration.minutes(5)

    let id: SessionID
    let writtenAt: Instant

    init(id: SessionID, writtenAt: Instant) {
        self.id = id
        self.writtenAt = writtenAt
    }

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let id = SessionID(String(parts[0])), let milliseconds = Int64(parts[1]) else {
            return nil
        }
        self.init(id: id, writtenAt: Instant(millisecondsSince1970: milliseconds))
    }

    /// The entry as the server has it.
    var text: String { "\(self.id):\(self.writtenAt.millisecondsSince1970)" }

    /// Whether it may be removed when there is no such session of the user.
    func isOld(at now: Instant) -> Bool { self.writtenAt + Self.shelter <= now }
}
#endif
