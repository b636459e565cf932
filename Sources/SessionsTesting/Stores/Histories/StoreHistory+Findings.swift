//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// What a history must never show. Each answers with the first thing that is wrong, or nil.
extension StoreHistory {
    /// Whether an id was given to two sessions. Nothing expires in a history, so no id is ever free again.
    var idsCreatedTwice: String? {
        let creations = self.events.filter { if case .created = $0.answer { true } else { false } }
        let counts = Dictionary(grouping: creations, by: \.id).mapValues(\.count)
        return counts.values.first { $0 > 1 }.map { "of the creations of one id \($0) succeeded" }
    }

    /// Whether anything was found, replaced or extended after an ending of it had returned.
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

    /// Whether a read was older than what a write had been told is stored.
    var readsOfThePast: String? {
        self.first(of: { $0.record != nil }) { known, later in
            guard case .found(let record) = later.answer, let known = known.record,
                record.version.counter < known.version.counter
            else { return nil }
            return "a load found version \(record.version.counter) after version \(known.version.counter) was known"
        }
    }

    /// Whether a session was seen to live longer than a write had been told it may.
    var livesPastTheLimit: String? {
        self.first(of: { if case .replaced = $0.answer { true } else { false } }) { write, later in
            guard case .found(let record) = later.answer, let limit = write.record?.absoluteExpiresAt,
                max(record.expiresAt, record.absoluteExpiresAt) > limit
            else { return nil }
            return "a session lives until \(max(record.expiresAt, record.absoluteExpiresAt)), and may until \(limit)"
        }
    }

    /// How many replacements of an id were told that they are stored.
    func replacements(of id: SessionID) -> Int {
        self.events.count { event in
            if case .replaced = event.answer { event.id == id } else { false }
        }
    }

    /// Looks at each event of one kind with each event of the same id that began after it had returned.
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
    /// The record that the store held at some instant of this call.
    fileprivate var record: SessionRecord? {
        switch self.answer {
        case .found(let record), .replaced(let record): record
        default: nil
        }
    }
}
