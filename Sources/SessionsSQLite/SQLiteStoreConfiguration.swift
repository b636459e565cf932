//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
/// The options of a ``SQLiteSessionStore``.
public struct SQLiteStoreConfiguration: Sendable {
    /// The kind of crash that an acknowledged write survives. The default is a crash of the process.
    public var durability: Durability = .processCrash

    /// The kind of crash that an acknowledged logout survives. The default is a crash of the machine: a logout that a
    /// power failure undoes leaves the session open.
    public var logoutDurability: Durability = .machineCrash

    /// The minimum time that a write waits for another process that is writing. The default is 1,500 milliseconds,
    /// which is less than the deadline of an engine.
    public var busyTimeout: Duration = .milliseconds(1500)

    /// The maximum number of connections that read concurrently. The default is 4. As many more read single sessions on
    /// the calling thread.
    public var maximumReaderCount = 4

    /// The duration of a slow call. The engine reads and changes sessions on the calling thread. After a slow call,
    /// other threads do this for 10 milliseconds, and after further slow calls for up to a second, because a slow disk
    /// would block the threads of the server. The default is 5 milliseconds. Zero or less: always other threads, which
    /// costs about twice as much processor time.
    public var slowCallLimit: Duration = .milliseconds(5)

    /// Whether the file is checked for damage when it is opened, which takes about a second for each gigabyte. The
    /// default is true.
    public var checksIntegrity = true

    /// The maximum size of the file in bytes, at least 4 MiB. Nil: limited only by the disk. The default is 16 GiB
    /// (17,179,869,184).
    ///
    /// A full file rejects new data. Sessions can still be read, and logouts have the last MiB to themselves. Sweeping
    /// expired sessions frees their space for reuse. SQLite's log, beside the file, takes some 4 MiB, and more under
    /// load. A file that is already larger does not grow.
    public var maximumFileSize: Int? = 16 << 30

    /// The disk space in bytes that is reserved for logouts, in a file whose name ends with `-reserve`. The default is
    /// 8 MiB (8,388,608). Zero or less: no reserve, and logouts may fail on a full disk.
    ///
    /// When the disk is full, the reserve is freed, so that sessions can still be ended. No other writes are accepted
    /// until there is space for half a reserve again.
    public var reservedDiskSpace = 8 << 20

    /// Creates a configuration with the defaults.
    public init() {}

    /// The kind of crash that an acknowledged write survives.
    public struct Durability: Sendable, Hashable {
        let survivesMachine: Bool

        /// Any crash of the process. A crash of the machine may lose the last writes, but the file stays intact.
        /// (`PRAGMA synchronous = NORMAL`)
        public static let processCrash = Durability(survivesMachine: false)

        /// A crash of the machine or a power cut: every commit waits for the disk. (`PRAGMA synchronous = FULL`)
        public static let machineCrash = Durability(survivesMachine: true)
    }
}
#endif
