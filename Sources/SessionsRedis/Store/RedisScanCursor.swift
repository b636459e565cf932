//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// A position in a walk through the keys of all servers, which is made in steps of `SCAN`.
///
/// A step may give more keys than a page has room for. Then the page has the first of them in the order of ids, and the
/// next page takes the same step again. What it may leave out it knows by the end of the step: a step that ends at the
/// same position has looked at the same part of the keys.
///
/// ```
/// cursor = 2 (1 byte) · restarts (1) · server (2, big-endian) · map (8) · run (8) · position (8)
///          · [ end of the step (8) · its size (8) · last id (16) ]
/// ```
struct RedisScanCursor {
    /// The part of a step that a page had room for.
    struct Step: Equatable {
        let end: UInt64
        /// How many keys the server was to look at.
        let size: Int
        let last: SessionID
    }

    private static let form: UInt8 = 2
    /// How often a walk begins anew before it is given up: it must end, whatever the servers do.
    private static let restartLimit: UInt8 = 32

    private var restarts: UInt8 = 0
    /// The place of the server in the list of all.
    private(set) var server: UInt16 = 0
    /// Which server has which keys, in short.
    private(set) var map: UInt64
    /// Which run of the server the position is of: after a start its order is another.
    private(set) var run: UInt64
    private(set) var position: UInt64 = 0
    private(set) var step: Step?

    /// Begins a walk.
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

    /// Whether the walk has not begun on its server.
    var isAtStart: Bool { self.position == 0 && self.step == nil }

    /// Takes note of the run that the first step on a server is of.
    mutating func begin(run: UInt64) {
        self.run = run
    }

    /// The page had no room for the rest of a step.
    mutating func stay(_ step: Step) {
        self.step = step
    }

    /// Goes on behind a step, if need be at the next server.
    mutating func advance(to end: UInt64) {
        self.step = nil
        self.position = end
        if end == 0 { (self.server, self.run) = (self.server &+ 1, 0) }
    }

    /// Begins anew with the first server, because keys are elsewhere.
    ///
    /// - Throws: `SessionStoreError` with the code `unavailable` when that has happened too often.
    mutating func restart(map: UInt64) throws(SessionStoreError) {
        (self.server, self.map) = (0, map)
        try self.restartServer()
    }

    /// Begins anew with the same server, because it was started anew or another has taken its place.
    mutating func restartServer() throws(SessionStoreError) {
        guard self.restarts < Self.restartLimit else {
            throw SessionStoreError(
                .unavailable,
                """
                The servers have changed \(Self.restartLimit) times during this walk through their keys: begin it again \
                when they are at rest.
                """
            )
        }
        self.restarts += 1
        (self.run, self.position, self.step) = (0, 0, nil)
    }
}
#endif
