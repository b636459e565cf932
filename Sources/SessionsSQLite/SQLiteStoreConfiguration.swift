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
    public var logoutDurability: Durability = .machineCrash

    /// How long a write waits for another process that is writing, at least. The default is 1,500 milliseconds, which
    /// is less than the deadline of an engine.
    public var busyTimeout: Duration = .milliseconds(1500)

    /// The most connections that read at once. The default is 4.
    public var maximumReaderCount = 4

    /// Whether the file is checked for damage when it is opened, which takes about a second for each gigabyte. The
    /// default is true.
    public var checksIntegrity = true

    /// The most bytes of the file, at least 4 MiB; nil: as many as the disk has. The default is 16 GiB
    /// (17,179,869,184).
    ///
    /// A file that is full refuses what is new. Sessions can be read all the same, and logouts have the last MiB to
    /// themselves. The space of expired sessions is used again once they are swept. Beside the file, SQLite's log takes
    /// some 4 MiB, and more under load. A file that is larger already does not grow.
    public var maximumFileSize: Int? = 16 << 30

    /// Bytes of disk space that are set aside for logouts, in a file with `-reserve` at the end of its name. The
    /// default is 8 MiB (8,388,608). Zero or less: none, and on a full disk logouts may fail.
    ///
    /// When the disk is full the reserve is given up, so that sessions can still be ended. Nothing else is written
    /// until there is space for half a reserve again.
    public var reservedDiskSpace = 8 << 20

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
