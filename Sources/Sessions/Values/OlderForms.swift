//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The older forms of a versioned value, and how they become the present one.
///
/// The write of the present form removes the older ones. So an older form beside the present one was written later, by
/// a server of an older release that saw its default. Its difference from the default is then merged into the present
/// form, if the key merges; else the present form counts.
@usableFromInline
final class OlderForms<Value: Sendable>: Sendable {
    /// An older form.
    struct Form: Sendable {
        let name: String
        /// Makes the present form.
        let upgrade: @Sendable (SessionValue) throws -> SessionValue
    }

    /// The older forms, the newest first.
    let forms: [Form]
    /// How changes of the value are merged.
    let merge: SessionKey<Value>.MergePolicy

    init(_ forms: [Form], merge: SessionKey<Value>.MergePolicy) {
        self.forms = forms
        self.merge = merge
    }

    /// The value of an older form in the present one; nil if it cannot be upgraded.
    private func upgraded(_ stored: SessionValue, _ form: Form, _ key: SessionKey<Value>) -> Value? {
        try? key.codec.decode(try form.upgrade(stored))
    }

    /// Whether an older form can be removed, because the present one has what was in it.
    func isContained(_ stored: SessionValue, _ form: Form, _ key: SessionKey<Value>) -> Bool {
        self.upgraded(stored, form, key) != nil
    }

    /// The present form of stored values.
    ///
    /// - Parameters:
    ///   - stored: The stored value in the present form.
    ///   - olderForm: Returns the stored value of an older form.
    func current(_ stored: SessionValue?, _ key: SessionKey<Value>, olderForm: (String) -> SessionValue?)
        -> SessionValue?
    {
        var current = stored
        for form in self.forms {
            guard let older = olderForm(form.name), let upgraded = self.upgraded(older, form, key) else { continue }
            guard let newer = current else {
                current = (try? key.codec.encode(upgraded)) ?? nil
                continue
            }
            guard let theirs = try? key.codec.decode(newer),
                let merged = self.merged(key.defaultValue, upgraded, theirs)
            else { continue }
            current = (try? key.codec.encode(merged)) ?? current
        }
        return current
    }

    /// Merges a change into another value; nil if the key does not merge.
    func merged(_ base: Value, _ mine: Value, _ theirs: Value) -> Value? {
        switch self.merge {
        case .replace, .versioned:
            return nil
        case .custom(let merge):
            return merge(base, mine, theirs)
        case .inPlace(let merge):
            return merge(base, mine, theirs)
        case .addDifference:
            // Only counters, which are of the type `Int`, add their difference.
            guard let base = base as? Int, let mine = mine as? Int, let theirs = theirs as? Int else { return nil }
            let (difference, overflow) = Int64(mine).subtractingReportingOverflow(Int64(base))
            return overflow ? nil : Int(Int64(theirs).addingSaturating(difference)) as? Value
        }
    }

    /// Whether an assignment is merged too, and does not replace.
    var mergesAssignments: Bool {
        switch self.merge {
        case .custom, .addDifference: true
        case .replace, .inPlace, .versioned: false
        }
    }
}
