//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Values whose type changes from one release to the next, while servers of both run: <doc:Changing-session-values>.
extension SessionKey {
    /// This key in a later version.
    ///
    /// ```swift
    /// extension SessionKey<[Item]> {
    ///     static var cart: Self {
    ///         .init("cart", version: 2, upgrading: [1: .step { (names: [String]) in names.map { Item(name: $0) } }])
    ///     }
    /// }
    /// ```
    ///
    /// Version 1 is the value without a version. Each later one is stored under a name of its own, `cart@2`. Reading
    /// an older form runs the steps and stores nothing; the next change stores the present form and removes the older
    /// ones. A server of an older release then sees its default. What it writes does not replace the present form:
    /// its difference from the default is merged into it by keys that merge, such as collections and counters, and
    /// ignored by others. To replace a newer form, it calls ``Session/overwriteAllVersions(of:with:)``.
    ///
    /// - Parameters:
    ///   - version: The version of the present form. For 1 or less, this key. A key that has a version keeps it.
    ///   - steps: The step from each older version to the next. A form from which no steps lead here is ignored, and
    ///     kept until the value is removed.
    public func versioned(_ version: Int, upgrading steps: [Int: SessionValueUpgrade]) -> SessionKey {
        if case .versioned = self.merge { return self }
        guard version > 1 else { return self }
        var forms: [OlderForms<Value>.Form] = []
        var path: [SessionValueUpgrade] = []
        for older in (1..<version).reversed() {
            guard let step = steps[older] else { break }
            path.insert(step, at: 0)
            forms.append(
                OlderForms<Value>.Form(name: ValueVersion.name(self.name, older)) { [path] stored in
                    try path.reduce(stored) { try $1.apply($0) }
                })
        }
        return SessionKey(
            name: ValueVersion.name(self.name, version), defaultValue: self.defaultValue, codec: self.codec,
            merge: .versioned(OlderForms(forms, merge: self.merge)))
    }

    /// The changes that replace the value in all forms that this release knows.
    func replacement(_ value: SessionValue?) -> SessionChanges {
        var changes = SessionChanges()
        if case .versioned(let older) = self.merge {
            for form in older.forms { changes.record(.replacement(nil), of: form.name) }
        }
        changes.record(.replacement(value), of: self.name)
        return changes
    }
}

extension SessionKey where Value: Codable {
    /// Creates a plain key of a later version, as ``versioned(_:upgrading:)`` does.
    @_disfavoredOverload
    public init(
        _ name: String, version: Int, default defaultValue: Value, upgrading steps: [Int: SessionValueUpgrade]
    ) {
        self = SessionKey(name, default: defaultValue).versioned(version, upgrading: steps)
    }
}

extension SessionKey {
    /// Creates a plain key of a later version without a default, as ``versioned(_:upgrading:)`` does. The steps make
    /// values, not optional ones.
    public init<Wrapped: Codable & Sendable>(
        _ name: String, version: Int, upgrading steps: [Int: SessionValueUpgrade]
    ) where Value == Wrapped? {
        self = SessionKey(name).versioned(version, upgrading: steps)
    }

    /// Creates a key of an array in a later version, as ``versioned(_:upgrading:)`` does.
    public init<Element: Codable & Equatable & Sendable>(
        _ name: String, version: Int, default defaultValue: [Element] = [], upgrading steps: [Int: SessionValueUpgrade]
    ) where Value == [Element] {
        self = SessionKey(name, default: defaultValue).versioned(version, upgrading: steps)
    }

    /// Creates a key of a set in a later version, as ``versioned(_:upgrading:)`` does.
    public init<Element: Codable & Hashable & Sendable>(
        _ name: String, version: Int, default defaultValue: Set<Element> = [],
        upgrading steps: [Int: SessionValueUpgrade]
    ) where Value == Set<Element> {
        self = SessionKey(name, default: defaultValue).versioned(version, upgrading: steps)
    }

    /// Creates a key of a dictionary in a later version, as ``versioned(_:upgrading:)`` does.
    public init<Name: Codable & Hashable & Sendable, Entry: Codable & Equatable & Sendable>(
        _ name: String, version: Int, default defaultValue: [Name: Entry] = [:],
        upgrading steps: [Int: SessionValueUpgrade]
    ) where Value == [Name: Entry] {
        self = SessionKey(name, default: defaultValue).versioned(version, upgrading: steps)
    }
}
