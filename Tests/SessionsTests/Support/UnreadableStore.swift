//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import TestSupport

/// A store whose every record is damaged.
struct UnreadableStore: ForwardingSessionStore {
    let base = MemorySessionStore()

    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        throw SessionStoreError(.corruptRecord, "The stored bytes are not a record.")
    }
}
