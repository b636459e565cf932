//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import TestSupport

/// A store behind a connection that can be lost.
struct DistantStore: ForwardingSessionStore {
    let base: MemorySessionStore
    let connection: LostConnection

    func perform<Result>(
        for id: SessionID?,
        _ call: (MemorySessionStore) async throws -> Result
    ) async throws -> Result {
        try await self.connection.perform { try await call(self.base) }
    }
}
