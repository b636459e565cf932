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

/// A store of several parts, as a cluster is. The high half of an id is the number of its part.
final class PartitionedStore: ForwardingSessionStore {
    let base = MemorySessionStore()
    private let failing = Mutex<[Int: SessionStoreError.Code]>([:])

    /// Makes all calls to a part fail.
    func fail(part: Int, with code: SessionStoreError.Code = .unavailable) {
        self.failing.withLock { $0[part] = code }
    }

    func failureDomain(of id: SessionID) -> Int { Int(clamping: id.high) }

    func perform<Result>(
        for id: SessionID?,
        _ call: (MemorySessionStore) async throws -> Result
    ) async throws -> Result {
        if let id, let code = self.failing.withLock({ $0[self.failureDomain(of: id)] }) {
            throw SessionStoreError(code, "This part fails.")
        }
        return try await call(self.base)
    }
}
