//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
/// How a ``SQLiteSessionStore`` behaves.
public struct SQLiteStoreConfiguration: Sendable {
    /// What a write that was acknowledged survives. The default is a crash of the process.
    public var durability: Durability = .processCrash

    /// What the ending of a session that was acknowledged survives. The default is a crash of the machine: a logout
    /// that is undone by a power cut lets somebody in.
    public var endingDurability: Durability = .machineCrash

    /// How long a write waits for another process that is writing, at least. The default is 1,500 milliseconds, which is less
    /// than the deadline of an engine.
    public var busyTimeout: Duration = .milliseconds(1500)

    /// The most connections that read at once. The default is 4.
    public var maximumReaderCount = 4

    /// Whether the file is checked for damage when it is opened, which takes about a second for each gigabyte. The
    /// default is true.
    public var checksIntegrity = true

    /// The defaults.
    public init() {}

    /// What an acknowledged write survives.
    public struct Durability: Sendable, Hashable {
        let survivesMachine: Bool

        /// A crash of the process, however hard. After a crash of the machine the last writes may be missing; the file
        /// is whole. (`PRAGMA synchronous = NORMAL`)
        public static let processCrash = Durability(survivesMachine: false)

        /// A crash of the machine or a power cut: every commit waits for the disk. (`PRAGMA synchronous = FULL`)
        public static let machineCrash = Durability(survivesMachine: true)
    }
}
#endif
