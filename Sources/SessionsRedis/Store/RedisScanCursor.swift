//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// A position in a scan of the keys of all servers, in steps of `SCAN`.
///
/// A step may return more keys than fit on a page. Then the page has the first ones in the order of ids, and the next
/// page repeats the step. It knows which keys to leave out by the end of the step: a step that ends at the same
/// position has scanned the same part of the keys.
///
/// ```
/// cursor = 2 (1 byte) · restarts (1) · server (2, big-endian) · map (8) · run (8) · position (8)
///          · [ end of the step (8) · its size (8) · last id (16) ]
/// ```
struct RedisScanCursor {
    /// A step that did not fit on a page, and the part of it that did.
    struct Step: Equatable {
        let end: UInt64
        /// The `COUNT` of the step.
        let size: Int
        let last: SessionID
    }

    private static let form: UInt8 = 2
    /// How many times a scan restarts before it fails: it must end, whatever the servers do.
    private static let restartLimit: UInt8 = 32

    private var restarts: UInt8 = 0
    /// The index of the server in the list of all servers.
    private(set) var server: UInt16 = 0
    /// A fingerprint of the slot distribution.
    private(set) var map: UInt64
    /// The run of the server to which the position belongs. After a restart of the server, its order is different.
    private(set) var run: UInt64
    private(set) var position: UInt64 = 0
    private(set) var step: Step?

    /// Starts a scan.
    init(map: UInt64) {
        (self.map, self.run) = (map, 0)
    }

    /// - Throws: `SessionStoreError` with the code `invalidCursor`.
    init(_ cursor: SessionCursor) throws(SessionStoreError) {
        var reader = CursorReader(cursor.bytes)
        guard reader.readByte() == Self.form, let restarts = reader.readByte(), let high = reader.readByte(),
            let low = reader.readByte(), let map = reader.readWord(), let run = reader.readWord(),
            let position = reader.readWord()
        else { throw .invalidCursor }
        (self.restarts, self.server) = (restarts, UInt16(high) << 8 | UInt16(low))
        (self.map, self.run, self.position) = (map, run, position)
        guard !reader.rest.isEmpty else { return }
        guard let end = reader.readWord(), let size = reader.readWord().flatMap({ Int(exactly: $0) }), size > 0,
            let last = SessionID(bytes: reader.rest)
        else { throw .invalidCursor }
        self.step = Step(end: end, size: size, last: last)
    }

    var cursor: SessionCursor {
        let start = [Self.form, self.restarts, UInt8(self.server >> 8), UInt8(self.server & 0xFF)]
        let words = [self.map, self.run, self.position].flatMap(\.bigEndianBytes)
        let rest = self.step.map { $0.end.bigEndianBytes + UInt64($0.size).bigEndianBytes + $0.last.bytes } ?? []
        return SessionCursor(bytes: start + words + rest)
    }

    /// Whether the scan has not begun on its server.
    var isAtStart: Bool { self.position == 0 && self.step == nil }

    /// Records the run of the server at its first step.
    mutating func begin(run: UInt64) {
        self.run = run
    }

    /// Records that the rest of a step did not fit on the page.
    mutating func stay(_ step: Step) {
        self.step = step
    }

    /// Continues after a step, on the next server if this one is done.
    mutating func advance(to end: UInt64) {
        self.step = nil
        self.position = end
        if end == 0 { (self.server, self.run) = (self.server &+ 1, 0) }
    }

    /// Restarts from the first server, because keys have moved.
    ///
    /// - Throws: `SessionStoreError` with the code `unavailable` after too many restarts.
    mutating func restart(map: UInt64) throws(SessionStoreError) {
        (self.server, self.map) = (0, map)
        try self.restartServer()
    }

    /// Restarts on the same server, because it was restarted or replaced.
    mutating func restartServer() throws(SessionStoreError) {
        guard self.restarts < Self.restartLimit else {
            throw SessionStoreError(
                .unavailable,
                """
                The servers have changed \(Self.restartLimit) times during this scan of their keys: start it again \
                when they no longer change.
                """
            )
        }
        self.restarts += 1
        (self.run, self.position, self.step) = (0, 0, nil)
    }
}
#endif
