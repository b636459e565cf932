//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import TestSupport

/// A store whose calls are steps of a scheduler.
struct SteppedStore: ForwardingSessionStore {
    let base: MemorySessionStore
    let scheduler: StepScheduler
    let actor: Int

    func perform<Result>(
        for id: SessionID?,
        _ call: (MemorySessionStore) async throws -> Result
    ) async throws -> Result {
        await self.scheduler.step(self.actor)
        return try await call(self.base)
    }
}
