//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import Sessions
import SessionsTesting
import TestSupport

/// A store that does something after each record that it creates.
struct InterruptingStore: ForwardingSessionStore, SubjectSessionStore {
    let base: MemorySessionStore
    let interrupt: @Sendable () async throws -> Void

    init(base: MemorySessionStore, _ interrupt: @escaping @Sendable () async throws -> Void) {
        self.base = base
        self.interrupt = interrupt
    }

    var needsDeadline: Bool { false }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try await self.base.create(record, now: now)
        try await self.interrupt()
    }
}
#endif
