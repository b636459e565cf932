//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A typed name of a session's value, and how parallel changes of it are merged.
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
/// Two requests of one visitor may run at once. What a request changed is merged into what the other has written
/// meanwhile, key by key: a plain key is set, a ``counter(_:default:)`` adds its difference, a
/// ``merging(_:default:by:)`` key calls its function, and ``Session/update(_:_:)`` runs again on the newer value.
public struct SessionKey<Value: Sendable>: Sendable {
    /// The name under which the value is stored: UTF-8, compared byte by byte.
    public let name: String
    /// What reading gives when nothing is stored.
    public let defaultValue: Value
    /// How the value is encoded.
    public let codec: SessionValueCodec<Value>
    @usableFromInline
    let merge: MergePolicy

    @usableFromInline
    enum MergePolicy: Sendable {
        /// The value that was set, whatever there is by now.
        case replace
        /// The difference between what was read and what was set is added to what there is by now, or to the number
        /// where counting begins.
        case addDifference(from: Int64)
        /// `merge(base, mine, theirs)`.
        case custom(@Sendable (Value, Value, Value) -> Value)
        /// The same for a value that was changed in place; nil where the value that was set counts. An assignment
        /// replaces.
        case inPlace(@Sendable (Value, Value, Value) -> Value?)
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
    /// A plain key with a default: of two parallel changes the later one wins, and the event
    /// ``SessionEvent/Kind/overwritten`` says so. Arrays, sets and dictionaries of values that can be compared are
    /// merged where they were changed in place.
    // Collections have an initializer of their own, which is to be chosen wherever both fit.
    @_disfavoredOverload
    public init(_ name: String, default defaultValue: Value) {
        self.init(name: name, defaultValue: defaultValue, codec: .automatic, merge: .replace)
    }

    /// A key whose parallel changes are merged by a function.
    ///
    /// - Parameters:
    ///   - name: The name under which the value is stored.
    ///   - defaultValue: What reading gives when nothing is stored.
    ///   - merge: Given the value that this request began with, the one it made of it, and the one that another request
    ///     has stored meanwhile, the value to store. It may run several times and must not have side effects.
    public static func merging(
        _ name: String,
        default defaultValue: Value,
        by merge: @escaping @Sendable (_ base: Value, _ mine: Value, _ theirs: Value) -> Value
    ) -> SessionKey {
        SessionKey(name: name, defaultValue: defaultValue, codec: .automatic, merge: .custom(merge))
    }
}

extension SessionKey {
    /// A plain key without a default: reading gives nil when nothing is stored, and setting nil removes.
    public init<Wrapped: Codable & Sendable>(_ name: String) where Value == Wrapped? {
        self.init(name: name, defaultValue: nil, codec: .optional(), merge: .replace)
    }
}

extension SessionKey where Value == Int {
    /// A key that counts: of parallel changes none is lost, because each adds its difference. Merged sums saturate.
    ///
    /// In `session[.views] += 1` the addition itself is Swift's, which stops the process at `Int.max`. Where a visitor
    /// can set the number, count with ``Session/increment(_:by:)``, which saturates.
    ///
    /// - Parameters:
    ///   - name: The name under which the value is stored.
    ///   - defaultValue: Where counting begins. The default is 0.
    public static func counter(_ name: String, default defaultValue: Int = 0) -> SessionKey {
        SessionKey(
            name: name, defaultValue: defaultValue, codec: ValueCoding.wholeNumbers,
            merge: .addDifference(from: Int64(defaultValue)))
    }
}
