//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The version of a record: a counter, and a random tag of its last write.
///
/// A store replaces a record only if its version is the one that was read. The tag identifies a write that is retried
/// after its reply was lost: if the record already has the new version, that write stored it.
public struct SessionVersion: Sendable, Hashable {
    /// 1 for a new record, increased by one with every replacement.
    public let counter: UInt64
    /// Random bits of the write.
    public let tag: UInt64

    /// Creates a version, for stores that have their own encoding.
    public init(counter: UInt64, tag: UInt64) {
        self.counter = counter
        self.tag = tag
    }

    static func first(random: SessionRandom) -> SessionVersion {
        SessionVersion(counter: 1, tag: random.next())
    }

    func next(random: SessionRandom) -> SessionVersion {
        self.next(tag: random.next())
    }

    func next(tag: UInt64) -> SessionVersion {
        SessionVersion(counter: self.counter &+ 1, tag: tag)
    }
}
