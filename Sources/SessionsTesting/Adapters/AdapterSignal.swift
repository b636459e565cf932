//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A one-time signal that tasks can wait for.
final class AdapterSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream()
    }

    func come() {
        self.continuation.finish()
    }

    /// Waits for the signal. Only one task may wait.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait() async throws {
        for await _ in self.stream {}
        try Task.checkCancellation()
    }
}
