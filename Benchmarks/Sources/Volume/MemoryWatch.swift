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

/// Looks every few milliseconds how much memory is allocated, until it is stopped.
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

    /// - Returns: How many bytes more there were at the most than when it began.
    func stop() -> UInt64 {
        self.look()
        self.isOver.store(true, ordering: .releasing)
        let most = self.most.load(ordering: .acquiring)
        return most > self.before ? most - self.before : 1
    }
}
