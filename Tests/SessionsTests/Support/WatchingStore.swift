//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Synchronization
import TestSupport

/// A store that records what it is given to write.
final class WatchingStore: ForwardingSessionStore {
    let base = MemorySessionStore()
    private let records = Mutex<[SessionRecord]>([])
    let needsDeadline = false

    var handed: [SessionRecord] { self.records.withLock { $0 } }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        self.records.withLock { $0.append(record) }
        try await self.base.create(record, now: now)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        self.records.withLock { $0.append(record) }
        return try await self.base.replace(record, ifVersion: version, now: now)
    }
}
