//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A typed name of a session value, with the rule that merges parallel changes.
///
/// ```swift
/// extension SessionKey<Int> {
///     static var views: Self { .counter("views") }
/// }
/// extension SessionKey<String?> {
///     static var theme: Self { .init("theme") }
/// }
/// extension SessionKey<[Item]> {
///     static var cart: Self { .init("cart", default: []) }
/// }
/// ```
///
/// Two requests of one visitor may run at once. The changes of a request are merged key by key into what the other has
/// written in the meantime: a plain key is set, a ``counter(_:default:)`` adds its difference, a
/// ``merging(_:default:by:)`` key calls its function, and ``Session/update(_:_:)`` runs again on the newer value.
public struct SessionKey<Value: Sendable>: Sendable {
    /// The name of the stored value: UTF-8, compared byte by byte.
    public let name: String
    /// The value that reading returns if nothing is stored.
    public let defaultValue: Value
    /// How the value is encoded.
    public let codec: SessionValueCodec<Value>
    @usableFromInline
    let merge: MergePolicy

    @usableFromInline
    enum MergePolicy: Sendable {
        /// The new value replaces the stored one.
        case replace
        /// The difference between the read and the new value is added to the stored one, or to the default.
        case addDifference(from: Int64)
        /// `merge(base, mine, theirs)`.
        case custom(@Sendable (Value, Value, Value) -> Value)
        /// The same for a value that was changed in place; nil if the new value wins. An assignment replaces.
        case inPlace(@Sendable (Value, Value, Value) -> Value?)
        /// Each version of the value has a name of its own.
        case versioned(OlderForms<Value>)
    }

    init(name: String, defaultValue: Value, codec: SessionValueCodec<Value>, merge: MergePolicy) {
        self.name = name
        self.defaultValue = defaultValue
        self.codec = codec
        self.merge = merge
    }

    /// A plain key with a codec of your own.
    public init(_ name: String, default defaultValue: Value, codec: SessionValueCodec<Value>) {
        self.init(name: name, defaultValue: defaultValue, codec: codec, merge: .replace)
    }
}

extension SessionKey where Value: Codable {
    /// Creates a plain key with a default. Of two parallel changes the later one wins, and the event
    /// ``SessionEvent/Kind/overwritten`` reports it. Arrays, sets and dictionaries of comparable values are merged if
    /// they were changed in place.
    // Collections have their own initializer, which takes precedence.
    @_disfavoredOverload
    public init(_ name: String, default defaultValue: Value) {
        self.init(name: name, defaultValue: defaultValue, codec: .automatic, merge: .replace)
    }

    /// A key whose parallel changes are merged by a function.
    ///
    /// - Parameters:
    ///   - name: The name of the stored value.
    ///   - defaultValue: The value that reading returns if nothing is stored.
    ///   - merge: Returns the value to store, given the value that this request began with, the one that it set, and
    ///     the one that another request has stored in the meantime. It may run several times and must not have side
    ///     effects.
    public static func merging(
        _ name: String,
        default defaultValue: Value,
        by merge: @escaping @Sendable (_ base: Value, _ mine: Value, _ theirs: Value) -> Value
    ) -> SessionKey {
        SessionKey(name: name, defaultValue: defaultValue, codec: .automatic, merge: .custom(merge))
    }
}

extension SessionKey {
    /// Creates a plain key without a default: reading returns nil if nothing is stored, and setting nil removes the
    /// value.
    public init<Wrapped: Codable & Sendable>(_ name: String) where Value == Wrapped? {
        self.init(name: name, defaultValue: nil, codec: .optional(), merge: .replace)
    }
}

extension SessionKey where Value == Int {
    /// Creates a counter. No parallel change is lost, because each adds its difference. Merged sums saturate.
    ///
    /// In `session[.views] += 1` the addition is Swift's, which traps at `Int.max`. If a visitor can set the number,
    /// count with ``Session/increment(_:by:)``, which saturates.
    ///
    /// - Parameters:
    ///   - name: The name of the stored value.
    ///   - defaultValue: The start of the count. The default is 0.
    public static func counter(_ name: String, default defaultValue: Int = 0) -> SessionKey {
        SessionKey(
            name: name, defaultValue: defaultValue, codec: ValueCoding.wholeNumbers,
            merge: .addDifference(from: Int64(defaultValue)))
    }
}
