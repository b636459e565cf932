//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension Session {
    /// The value of a key: what was set in this request, else what is stored, else the key's default.
    ///
    /// Setting sends nothing. A value that cannot be encoded is reported when the session is saved; ``set(_:to:)``
    /// reports it at once.
    ///
    /// Inlinable, so that it is compiled for the type of the value where it is used.
    @inlinable
    public subscript<Value>(key: SessionKey<Value>) -> Value {
        get {
            var stored = self.look(at: key.name).value
            return self.decode(&stored, key)
        }
        set { self.assign(key, newValue) }
        // What is read and what is written back are known together, so that a counter's difference is exact even when
        // several tasks of one request count at once.
        _modify {
            let look = self.look(at: key.name)
            var stored = look.value
            let before = self.decode(&stored, key)
            var value = before
            defer { self.change(key, to: value, since: before, stored, look.revision) }
            yield &value
        }
    }

    /// Sets a value.
    ///
    /// - Throws: ``SessionError`` with the code `notEncodable`; nothing is set then.
    @inlinable
    public func set<Value>(_ key: SessionKey<Value>, to value: Value) throws(SessionError) {
        let encoded = try key.encode(value)
        switch key.merge {
        case .replace, .inPlace: self.set(key.name, to: encoded)
        case .addDifference(let initial): self.set(key.name, to: encoded, countingFrom: initial)
        case .custom: self.merge(key, value, encoded)
        }
    }

    /// Changes a value, and changes it again, on the newer value, if another request has written it meanwhile.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - body: Makes the new value of the present one. It may run several times, also while the response is being
    ///     finished, and must not have side effects. If it throws then, the request fails and nothing of it is stored.
    /// - Returns: What the first run returned.
    /// - Throws: What the body throws, or what encoding the value throws; nothing is changed then.
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
        // The body may use the session itself, so it runs without the lock, and again if somebody came between.
        while true {
            let before = self.access { $0.value(of: key.name) }
            let (after, result) = try run(before)
            let isDone = self.access { state in
                guard state.value(of: key.name) == before else { return false }
                state.pending.record(.step({ try run($0).encoded }, result: after), of: key.name)
                return true
            }
            if isDone { return result }
        }
    }

    /// Adds to a number; sums saturate.
    ///
    /// - Returns: The number as this request sees it.
    @discardableResult
    public func increment(_ key: SessionKey<Int>, by difference: Int = 1) -> Int {
        self.access { state in
            let present = state.integer(of: key) ?? Int64(key.defaultValue)
            let result = present.addingSaturating(Int64(difference))
            state.pending.record(
                .addition(of: Int64(difference), initial: Int64(key.defaultValue), result: result),
                of: key.name
            )
            return Int(result)
        }
    }

    /// Removes a value.
    public func remove<Value>(_ key: SessionKey<Value>) {
        self.remove(named: key.name)
    }

    /// Removes a value by its name.
    public func remove(named name: String) {
        self.access { state in
            guard state.value(of: name) != nil else { return }
            state.pending.record(.replacement(nil), of: name)
        }
    }

    /// Removes all values, also those that other requests store until this one is saved. The session goes on.
    public func removeAll() {
        self.access { state in
            guard !state.values.isEmpty else { return }
            state.pending.recordRemovalOfAll()
        }
    }

    /// Whether a value is stored under a key.
    public func contains<Value>(_ key: SessionKey<Value>) -> Bool {
        self.access { $0.value(of: key.name) != nil }
    }

    /// The names of all values, in the order of their bytes.
    public var names: [String] { self.values.names }

    /// All values in encoded form.
    public var values: SessionValues { self.access { $0.values } }
}
