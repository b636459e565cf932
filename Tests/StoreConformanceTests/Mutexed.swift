//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// A value that tasks share.
final class Mutexed<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    init(_ value: Value) {
        self.storage = Mutex(value)
    }

    var value: Value { self.storage.withLock { $0 } }

    func set(_ value: Value) { self.storage.withLock { $0 = value } }

    func update(_ change: (inout Value) -> Void) { self.storage.withLock { change(&$0) } }
}
