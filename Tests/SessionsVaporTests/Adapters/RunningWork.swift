//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Synchronization

/// The handlers and streams that run. Vapor does not wait for one whose client has left.
final class RunningWork: Sendable {
    private let count = Mutex(0)

    func run<Value>(_ body: () async throws -> Value) async throws -> Value {
        self.count.withLock { $0 += 1 }
        defer { self.count.withLock { $0 -= 1 } }
        return try await body()
    }

    /// Waits until nothing runs.
    func end() async {
        while self.count.withLock({ $0 > 0 }) { await Task.yield() }
    }
}
#endif
