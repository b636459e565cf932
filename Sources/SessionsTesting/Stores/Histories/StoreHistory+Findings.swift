//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The anomalies that a history must not contain. Each property returns the first one it finds, or nil.
extension StoreHistory {
    /// Finds an id that was given to two sessions. Nothing expires in a history, so no id is ever reused.
    var idsCreatedTwice: String? {
        let creations = self.events.filter { if case .created = $0.answer { true } else { false } }
        let counts = Dictionary(grouping: creations, by: \.id).mapValues(\.count)
        return counts.values.first { $0 > 1 }.map { "of the creations of one id \($0) succeeded" }
    }

    /// Finds a session that was read, replaced or touched after a call that ended it had returned.
    var lifeAfterAnEnding: String? {
        self.first(of: { if case .ended(true) = $0.answer { true } else { false } }) { ending, later in
            switch later.answer {
            case .found: "a session was found after its ending had returned"
            case .replaced: "a session was replaced after its ending had returned"
            case .touched(true): "a session was extended after its ending had returned"
            case .ended(true): "a session was ended twice"
            default: nil
            }
        }
    }

    /// Finds a read that is older than a write that had returned before it began.
    var readsOfThePast: String? {
        self.first(of: { $0.record != nil }) { known, later in
            guard case .found(let record) = later.answer, let known = known.record,
                record.version.counter < known.version.counter
            else { return nil }
            return "a load found version \(record.version.counter) after version \(known.version.counter) was known"
        }
    }

    /// Finds a session that lives longer than a write that had returned allows.
    var livesPastTheLimit: String? {
        self.first(of: { if case .replaced = $0.answer { true } else { false } }) { write, later in
            guard case .found(let record) = later.answer, let limit = write.record?.absoluteExpiresAt,
                max(record.expiresAt, record.absoluteExpiresAt) > limit
            else { return nil }
            return "a session lives until \(max(record.expiresAt, record.absoluteExpiresAt)), and may until \(limit)"
        }
    }

    /// How many replacements of an id were acknowledged.
    func replacements(of id: SessionID) -> Int {
        self.events.count { event in
            if case .replaced = event.answer { event.id == id } else { false }
        }
    }

    /// Compares each event of one kind with each event of the same id that began after it had returned.
    private func first(
        of isKnown: (Event) -> Bool,
        _ finding: (_ known: Event, _ later: Event) -> String?
    ) -> String? {
        for (_, events) in Dictionary(grouping: self.events, by: \.id) {
            for known in events.filter(isKnown) {
                for later in events where known.came(before: later) {
                    if let finding = finding(known, later) { return finding }
                }
            }
        }
        return nil
    }
}

extension StoreHistory.Event {
    /// The record that the store held at some time during this call.
    fileprivate var record: SessionRecord? {
        switch self.answer {
        case .found(let record), .replaced(let record): record
        default: nil
        }
    }
}
