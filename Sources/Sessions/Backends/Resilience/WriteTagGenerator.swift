//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Tags for the writes of an engine: from a random beginning, and never the same twice.
///
/// A tag recognises a write and guards nothing, so that it need not be unforeseeable, which would cost a question to
/// the operating system for every write.
final class WriteTagGenerator: Sendable {
    private let latest: Atomic<UInt64>

    init(random: SessionRandom) {
        self.latest = Atomic(random.next())
    }

    func next() -> UInt64 {
        // An odd step meets every number before it meets one again. This one is 2^64 by the golden ratio.
        self.latest.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
    }
}
