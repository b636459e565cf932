//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Something that happens once, and that others wait for.
final class AdapterSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream()
    }

    func come() {
        self.continuation.finish()
    }

    /// Waits for it, in one task.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait() async throws {
        for await _ in self.stream {}
        try Task.checkCancellation()
    }
}
