//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import AllocationCounter
import Foundation
import Synchronization

/// Samples the allocated memory every few milliseconds until it is stopped.
final class MemoryWatch: Sendable {
    private let before = allocated_bytes()
    private let most = Atomic<UInt64>(0)
    private let isOver = Atomic(false)

    init() {
        Thread.detachNewThread {
            while !self.isOver.load(ordering: .acquiring) {
                self.look()
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
    }

    private func look() { self.most.max(allocated_bytes(), ordering: .acquiringAndReleasing) }

    /// - Returns: The maximum increase in bytes since the start.
    func stop() -> UInt64 {
        self.look()
        self.isOver.store(true, ordering: .releasing)
        let most = self.most.load(ordering: .acquiring)
        return most > self.before ? most - self.before : 1
    }
}
