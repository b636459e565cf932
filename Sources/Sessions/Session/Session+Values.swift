//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension Session {
    /// The value of a key: the one set in this request, else the stored one, else the key's default.
    ///
    /// Setting sends nothing. If a value cannot be encoded, saving the session reports it; ``set(_:to:)`` reports it at
    /// once.
    ///
    /// Inlinable, so that it is specialized for the type of the value.
    @inlinable
    public subscript<Value>(key: SessionKey<Value>) -> Value {
        get {
            var stored = self.snapshot(of: key.name).value
            return self.decode(&stored, key)
        }
        set { self.assign(key, newValue) }
        // Reading and writing back are one operation, so that a counter's difference is exact when several tasks of one
        // request count at once.
        _modify {
            let snapshot = self.snapshot(of: key.name)
            var stored = snapshot.value
            let before = self.decode(&stored, key)
            var value = before
            defer { self.change(key, to: value, since: before, stored, snapshot.revision) }
            yield &value
        }
    }

    /// Sets a value.
    ///
    /// - Throws: ``SessionError`` with the code `notEncodable`; the value is then unchanged.
    @inlinable
    public func set<Value>(_ key: SessionKey<Value>, to value: Value) throws(SessionError) {
        let encoded = try key.encode(value)
        switch key.merge {
        case .replace, .inPlace: self.set(key.name, to: encoded)
        case .addDifference(let initial): self.set(key.name, to: encoded, countingFrom: initial)
        case .custom: self.merge(key, value, encoded)
        case .versioned(let older): self.assign(key, older, value, encoded)
        }
    }

    /// Changes a value. If another request has written it in the meantime, the change runs again on the newer value.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - body: Makes the new value from the present one. It may run several times, also while the response is being
    ///     finished, and must not have side effects. If it throws then, the request fails and none of its changes are
    ///     stored.
    /// - Returns: What the first run returned.
    /// - Throws: What the body throws, or what encoding the value throws; the value is then unchanged.
    @discardableResult
    public func update<Value, Result>(
        _ key: SessionKey<Value>,
        _ body: @escaping @Sendable (inout Value) throws -> Result
    ) throws -> Result {
        let run: @Sendable (SessionValue?) throws -> (encoded: SessionValue?, result: Result) = { stored in
            var value = stored.flatMap { try? key.codec.decode($0) } ?? key.defaultValue
            let result = try body(&value)
            return (try key.encode(value), result)
        }
        if case .versioned(let older) = key.merge { return try self.update(key, older, run) }
        // The body may use the session, so it runs without the lock, and again if another task changed the value.
        while true {
            let before = self.withAccessedState { $0.value(of: key.name) }
            let (after, result) = try run(before)
            let isDone = self.withAccessedState { state in
                guard state.value(of: key.name) == before else { return false }
                state.pending.record(.step({ try run($0).encoded }, result: after), of: key.name)
                return true
            }
            if isDone { return result }
        }
    }

    /// Adds to a number. Sums saturate.
    ///
    /// - Returns: The number as this request sees it.
    @discardableResult
    public func increment(_ key: SessionKey<Int>, by difference: Int = 1) -> Int {
        if case .versioned = key.merge { return self.incrementVersioned(key, by: difference) }
        return self.withAccessedState { state in
            let present = state.integer(of: key) ?? Int64(key.defaultValue)
            let result = present.addingSaturating(Int64(difference))
            state.pending.record(
                .addition(of: Int64(difference), initial: Int64(key.defaultValue), result: result),
                of: key.name
            )
            return Int(result)
        }
    }

    /// Removes a value, also in its older forms.
    public func remove<Value>(_ key: SessionKey<Value>) {
        if case .versioned(let older) = key.merge { for form in older.forms { self.remove(named: form.name) } }
        self.remove(named: key.name)
    }

    /// Removes a value by its name.
    public func remove(named name: String) {
        self.withAccessedState { state in
            guard state.value(of: name) != nil else { return }
            state.pending.record(.replacement(nil), of: name)
        }
    }

    /// Removes all values, including those that other requests store before this one is saved. The session continues.
    public func removeAll() {
        self.withAccessedState { state in
            guard !state.values.isEmpty else { return }
            state.pending.recordRemovalOfAll()
        }
    }

    /// Whether a value is stored under a key.
    public func contains<Value>(_ key: SessionKey<Value>) -> Bool {
        if case .versioned(let older) = key.merge { return self.currentForm(of: key, older) != nil }
        return self.withAccessedState { $0.value(of: key.name) != nil }
    }

    /// The names of all values, in byte order.
    public var names: [String] { self.values.names }

    /// All values, encoded.
    public var values: SessionValues { self.withAccessedState { $0.values } }
}
