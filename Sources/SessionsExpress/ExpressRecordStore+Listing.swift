//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// What `length`, `ids` and `all` of connect-redis are for: administration, not requests. All keys are walked through.
extension ExpressRecordStore {
    /// How many sessions there are: `length`.
    ///
    /// - Parameters:
    ///   - prefix: What their keys begin with. The default is `sess:`.
    ///   - now: The present time.
    public func count(prefix: String = "sess:", now: Instant) async throws -> Int {
        try await self.ids(prefix: prefix, now: now).count
    }

    /// The public names of the sessions: `ids`, whose own answer opens every session, and this does not.
    ///
    /// - Parameters:
    ///   - prefix: What their keys begin with. The default is `sess:`.
    ///   - now: The present time.
    public func ids(prefix: String = "sess:", now: Instant) async throws -> Set<SessionID> {
        var ids: Set<SessionID> = []
        try await self.walk(prefix: prefix, now: now) { keys in
            ids.formUnion(keys.map { ForeignSessionID(key: $0, prefix: prefix).id })
        }
        return ids
    }

    /// The texts of the sessions by their public names: `all`. Those that end meanwhile may be there or not.
    ///
    /// - Warning: All of them are in memory at once.
    /// - Parameters:
    ///   - prefix: What their keys begin with. The default is `sess:`.
    ///   - now: The present time.
    public func all(prefix: String = "sess:", now: Instant) async throws -> [SessionID: [UInt8]] {
        var all: [SessionID: [UInt8]] = [:]
        try await self.walk(prefix: prefix, now: now) { keys in
            for key in keys {
                guard case .found(let text, _) = try await self.load(key, now: now) else { continue }
                all[ForeignSessionID(key: key, prefix: prefix).id] = text
            }
        }
        return all
    }
}
