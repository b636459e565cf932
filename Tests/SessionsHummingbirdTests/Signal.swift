//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A signal that one task gives and another waits for.
struct Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream()
    }

    func give() {
        self.continuation.finish()
    }

    /// Returns when the signal is given, or when the task is canceled.
    func wait() async {
        for await _ in self.stream {}
    }
}
