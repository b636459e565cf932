//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Generates tags for the writes of an engine, from a random start and without repetition.
///
/// A tag identifies a write and protects nothing, so it need not be unpredictable, which would cost a system call for
/// every write.
final class WriteTagGenerator: Sendable {
    private let latest: Atomic<UInt64>

    init(random: SessionRandom) {
        self.latest = Atomic(random.next())
    }

    func next() -> UInt64 {
        // An odd increment visits every number before it repeats. This one is 2^64 divided by the golden ratio.
        self.latest.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
    }
}
