//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The revocations that a server knows. They are only ever added, and go when their time has come.
struct RevocationTable: Sendable {
    private var entries: [SessionID: Revocation] = [:]
    private var hasMarks = false
    /// How many entries there may be before those that are over are looked for.
    private var sizeToClean = 64

    /// How many are known.
    var count: Int { self.entries.count }

    mutating func add(_ revocation: Revocation, now: Instant) {
        if let known = self.entries[revocation.id] {
            self.entries[revocation.id]?.mark = max(known.mark, revocation.mark)
            self.entries[revocation.id]?.until = max(known.until, revocation.until)
        } else {
            self.entries[revocation.id] = revocation
        }
        if revocation.mark != .max { self.hasMarks = true }
        if self.entries.count >= self.sizeToClean {
            self.entries = self.entries.filter { now < $0.value.until }
            // Cleaning again pays only when as many have come as are left.
            self.sizeToClean = max(64, self.entries.count * 2)
        }
    }

    /// The mark of a session or user, while it is to be known.
    func mark(of id: SessionID, now: Instant) -> Int64? {
        guard let entry = self.entries[id], now < entry.until else { return nil }
        return entry.mark
    }

    /// The mark by which a session is over, or nil when it is not.
    func markEnding(_ record: SessionRecord, now: Instant) -> Int64? {
        guard !self.entries.isEmpty else { return nil }
        if let mark = self.mark(of: record.id, now: now) { return mark }
        guard self.hasMarks else { return nil }
        if let mark = self.mark(of: Revocation.everyone, now: now), record.everyoneMark < mark { return mark }
        guard let subject = record.subject else { return nil }
        return self.mark(of: Revocation.id(of: subject), now: now).flatMap { record.loginMark < $0 ? $0 : nil }
    }
}
