//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a request has written so far, by operations of the handler and at its end, for its log line.
struct SessionWrites: OptionSet, Sendable, CustomStringConvertible {
    let rawValue: UInt8

    static let ended = SessionWrites(rawValue: 1 << 0)
    static let created = SessionWrites(rawValue: 1 << 1)
    static let changed = SessionWrites(rawValue: 1 << 2)
    static let renewed = SessionWrites(rawValue: 1 << 3)
    static let touched = SessionWrites(rawValue: 1 << 4)
    /// Changes were dropped, because there is no session to store them in.
    static let dropped = SessionWrites(rawValue: 1 << 5)

    private static let names: [(SessionWrites, String)] = [
        (.ended, "ended"), (.created, "created"), (.changed, "changed"), (.renewed, "renewed"), (.touched, "touched"),
        (.dropped, "dropped"),
    ]

    /// Words separated by commas, or `nothing`.
    var description: String {
        let names = Self.names.filter { self.contains($0.0) }.map(\.1)
        return names.isEmpty ? "nothing" : names.joined(separator: ", ")
    }

    /// The writes that an event reports.
    init(reportedAs kind: SessionEvent.Kind) {
        self =
            switch kind {
            case .ended: .ended
            case .created: .created
            case .renewed, .reauthenticated: .renewed
            case .changesDropped: .dropped
            default: []
            }
    }

    /// The writes of an update at the end of a request.
    init(_ changes: SessionChanges, _ touch: SessionTouch?) {
        self = changes.isEmpty ? [] : .changed
        if touch != nil { self.insert(.touched) }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }
}
