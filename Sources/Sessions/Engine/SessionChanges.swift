//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a request did to the values of a session: the changed keys and how, and nothing of the others.
struct SessionChanges: Sendable {
    /// Whether every value that was there before is gone.
    private var clearsAll = false
    private var changes: [String: SessionChange] = [:]

    /// Whether nothing was changed.
    var isEmpty: Bool { !self.clearsAll && self.changes.isEmpty }

    /// What the value of a name is after these changes.
    enum Outcome {
        case untouched
        case changed(SessionValue?)
    }

    func outcome(of name: String) -> Outcome {
        if !self.changes.isEmpty, let change = self.changes[name] { return .changed(change.result) }
        return self.clearsAll ? .changed(nil) : .untouched
    }

    mutating func record(_ change: SessionChange, of name: String) {
        if let earlier = self.changes[name] {
            self.changes[name] = change.after(earlier)
        } else {
            self.changes[name] = change
        }
    }

    /// Takes the change of one value out, to be carried out by itself.
    mutating func takeChange(of name: String) -> SessionChange? {
        self.changes.removeValue(forKey: name)
    }

    /// Puts a change back that was taken out, below what came since.
    mutating func putBack(_ change: SessionChange, of name: String) {
        self.changes[name] = self.changes[name]?.after(change) ?? change
    }

    mutating func recordRemovalOfAll() {
        self.clearsAll = true
        self.changes = [:]
    }

    /// Puts later changes on top of these.
    mutating func append(_ later: SessionChanges) {
        if later.clearsAll { self.recordRemovalOfAll() }
        for (name, change) in later.changes { self.record(change, of: name) }
    }

    /// The values after the changes; other requests may have made something else of `values` meanwhile.
    func apply(to values: SessionValues) throws -> SessionValues {
        guard !self.isEmpty else { return values }
        let ordered = self.changes.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let base = self.clearsAll ? SessionValues() : values
        return try base.applying(ordered.map { (name: $0.key, change: $0.value) })
    }
}
