//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A request's changes of the values of a session, by key.
struct SessionChanges: Sendable {
    /// Most requests that change something change one value, which needs no dictionary.
    private enum Changed: Sendable {
        case nothing
        indirect case one(ByteString, SessionChange)
        case several([ByteString: SessionChange])
    }

    /// Whether all values from before are removed.
    private var clearsAll = false
    private var changed = Changed.nothing

    /// Whether there are no changes.
    var isEmpty: Bool {
        guard case .nothing = self.changed else { return false }
        return !self.clearsAll
    }

    /// The value of a name after these changes.
    enum Outcome {
        case untouched
        case changed(SessionValue?)
    }

    func outcome(of name: String) -> Outcome {
        if let change = self.change(of: name) { return .changed(change.result) }
        return self.clearsAll ? .changed(nil) : .untouched
    }

    private func change(of name: String) -> SessionChange? {
        switch self.changed {
        case .nothing: nil
        case .one(let changed, let change): changed.text.hasSameBytes(as: name) ? change : nil
        case .several(let changes): changes[ByteString(name)]
        }
    }

    mutating func record(_ change: SessionChange, of name: String) {
        self.record(change, of: ByteString(name))
    }

    private mutating func record(_ change: SessionChange, of name: ByteString) {
        switch self.changed {
        case .nothing:
            self.changed = .one(name, change)
        case .one(name, let earlier):
            self.changed = .one(name, change.after(earlier))
        case .one(let other, let earlier):
            self.changed = .several([other: earlier, name: change])
        case .several(var changes):
            // Moved out and back, so that the dictionary changes in place.
            self.changed = .nothing
            changes[name] = changes[name].map { change.after($0) } ?? change
            self.changed = .several(changes)
        }
    }

    /// The names of values that another request changed in the meantime, and that these changes overwrite.
    ///
    /// - Parameters:
    ///   - newer: The values to which the changes are applied.
    ///   - seen: The values that the request read.
    func overwrittenNames(in newer: SessionValues, since seen: SessionValues) -> [String] {
        switch self.changed {
        case .nothing: []
        case .one(let name, let change): change.overwrites(newer[name.text], since: seen[name.text]) ? [name.text] : []
        case .several(let changes):
            changes.filter { $1.overwrites(newer[$0.text], since: seen[$0.text]) }.map(\.key).sorted().map(\.text)
        }
    }

    /// Removes and returns the change of one value, to be applied separately.
    mutating func takeChange(of name: String) -> SessionChange? {
        let name = ByteString(name)
        switch self.changed {
        case .one(name, let change):
            self.changed = .nothing
            return change
        case .nothing, .one:
            return nil
        case .several(var changes):
            self.changed = .nothing
            defer { self.changed = changes.isEmpty ? .nothing : .several(changes) }
            return changes.removeValue(forKey: name)
        }
    }

    /// Puts a removed change back, below later ones.
    mutating func putBack(_ change: SessionChange, of name: String) {
        let later = self.takeChange(of: name)
        self.record(change, of: name)
        if let later { self.record(later, of: name) }
    }

    mutating func recordRemovalOfAll() {
        self.clearsAll = true
        self.changed = .nothing
    }

    /// Appends later changes.
    mutating func append(_ later: SessionChanges) {
        if later.clearsAll { self.recordRemovalOfAll() }
        switch later.changed {
        case .nothing: break
        case .one(let name, let change): self.record(change, of: name)
        case .several(let changes): for (name, change) in changes { self.record(change, of: name) }
        }
    }

    /// The values after the changes. Other requests may have changed `values` in the meantime.
    func apply(to values: SessionValues) throws -> SessionValues {
        guard !self.isEmpty else { return values }
        let base = self.clearsAll ? SessionValues() : values
        switch self.changed {
        case .nothing:
            return base
        case .one(let name, let change):
            return try base.applying(change, of: name.text)
        case .several(let changes):
            let sorted = changes.sorted { $0.key < $1.key }
            return try base.applying(sorted.lazy.map { (key: $0.key.text, value: $0.value) })
        }
    }
}
