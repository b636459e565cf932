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
        case .replace: self.set(key.name, to: encoded)
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

extension Session {
    /// A value as it was seen.
    @usableFromInline
    struct Look {
        @usableFromInline
        let value: SessionValue?
        /// While it is the state's, the value is the same.
        @usableFromInline
        let revision: UInt64

        @usableFromInline
        init(value: SessionValue?, revision: UInt64) {
            self.value = value
            self.revision = revision
        }
    }

    @usableFromInline
    func look(at name: String) -> Look {
        self.access { state in
            let value = state.value(of: name)
            return Look(value: value, revision: state.revision)
        }
    }

    /// The value of an encoded one, or the key's default; what does not decode is then nil.
    @inlinable
    func decode<Value>(_ encoded: inout SessionValue?, _ key: SessionKey<Value>) -> Value {
        guard let value = encoded else { return key.defaultValue }
        do {
            return try key.codec.decode(value)
        } catch {
            self.passOver(value, of: key.name, as: Value.self)
            encoded = nil
            return key.defaultValue
        }
    }

    /// Does what the configuration says about a value that does not decode.
    @usableFromInline
    func passOver(_ value: SessionValue, of name: String, as type: Any.Type) {
        // What a newer version wrote, or another system, is not ours to drop.
        let isOurs = !value.isUnknown && !self.engine.keeper.sharesValues
        let drops = self.engine.configuration.undecodableValues == .drop && isOurs
        self.logger.warning(
            "A session value does not decode as its key's type",
            metadata: ["session.key": "\(name)", "session.type": "\(type)", "session.dropped": "\(drops)"]
        )
        if drops { self.remove(named: name) }
    }

    @inlinable
    func assign<Value>(_ key: SessionKey<Value>, _ value: Value) {
        do {
            try self.set(key, to: value)
        } catch {
            self.note(error)
        }
    }

    /// Changes a value that was read, and the form it was read from.
    @inlinable
    func change<Value>(
        _ key: SessionKey<Value>,
        to value: Value,
        since before: Value,
        _ stored: SessionValue?,
        _ revision: UInt64
    ) {
        do {
            let encoded = try key.encode(value)
            // Looking at a default through `inout` and leaving it as it is must not make a stranger a session.
            if stored == nil, try key.encode(before) == encoded { return }
            guard encoded != stored else { return }
            switch key.merge {
            case .replace: self.change(key.name, to: encoded)
            case .addDifference(let initial):
                self.change(key.name, to: encoded, since: Look(value: stored, revision: revision), countingFrom: initial)
            case .custom: self.merge(key, value, encoded, since: before, stored)
            }
        } catch {
            self.note(error)
        }
    }

    /// Keeps what is wrong with a value until the session is saved.
    @usableFromInline
    func note(_ failure: SessionError) {
        self.access { $0.failure = $0.failure ?? failure }
    }

    /// Sets a value, whatever it was.
    @usableFromInline
    func set(_ name: String, to value: SessionValue?) {
        self.access { state in
            guard value != state.value(of: name) else { return }
            state.pending.record(.replacement(value), of: name)
        }
    }

    /// Sets a number, whose difference counts.
    @usableFromInline
    func set(_ name: String, to value: SessionValue?, countingFrom initial: Int64) {
        self.access { state in
            let present = state.value(of: name)
            guard value != present else { return }
            state.add(name, encoded: value, from: initial, before: present, present: present)
        }
    }

    /// Sets a value whose key has a way of its own to merge it.
    @usableFromInline
    func merge<Value>(_ key: SessionKey<Value>, _ value: Value, _ encoded: SessionValue?) {
        self.access { state in
            let present = state.value(of: key.name)
            guard encoded != present else { return }
            let base = present.flatMap { try? key.codec.decode($0) } ?? key.defaultValue
            state.merge(key, value, encoded, base: base, since: present, present)
        }
    }

    /// Records that a value that was read became another.
    @usableFromInline
    func change(_ name: String, to value: SessionValue?) {
        self.access { $0.pending.record(.replacement(value), of: name) }
    }

    /// Records that a number that was read became another.
    @usableFromInline
    func change(_ name: String, to value: SessionValue?, since before: Look, countingFrom initial: Int64) {
        self.access { state in
            let present = state.revision == before.revision ? before.value : state.value(of: name)
            state.add(name, encoded: value, from: initial, before: before.value, present: present)
        }
    }

    /// Records that a value became another whose key has a way of its own to merge it.
    @usableFromInline
    func merge<Value>(
        _ key: SessionKey<Value>,
        _ value: Value,
        _ encoded: SessionValue?,
        since before: Value,
        _ stored: SessionValue?
    ) {
        self.access { state in
            let present = state.value(of: key.name)
            state.merge(key, value, encoded, base: before, since: stored, present)
        }
    }
}

extension SessionKey {
    @inlinable
    func encode(_ value: Value) throws(SessionError) -> SessionValue? {
        do {
            return try self.codec.encode(value)
        } catch {
            throw SessionError.notEncodable(self.name, underlying: error)
        }
    }
}

extension SessionState {
    fileprivate mutating func integer<Value>(of key: SessionKey<Value>) -> Int64? {
        if case .integer(let number) = self.value(of: key.name)?.storage { number } else { nil }
    }

    /// Records a change that the key merges in a way of its own.
    fileprivate mutating func merge<Value>(
        _ key: SessionKey<Value>,
        _ value: Value,
        _ encoded: SessionValue?,
        base: Value,
        since before: SessionValue?,
        _ present: SessionValue?
    ) {
        guard case .custom(let merge) = key.merge else { return }
        let step: SessionChange.Step = { stored in
            let theirs = stored.flatMap { try? key.codec.decode($0) } ?? key.defaultValue
            return try key.encode(merge(base, value, theirs))
        }
        let result = before == present ? encoded : (try? step(present)) ?? encoded
        self.pending.record(.step(step, result: result), of: key.name)
    }

    /// Records that a number became another.
    fileprivate mutating func add(
        _ name: String,
        encoded: SessionValue?,
        from initial: Int64,
        before: SessionValue?,
        present: SessionValue?
    ) {
        guard
            case .integer(let after) = encoded?.storage,
            let start = before.map({ $0.integer }) ?? initial,
            let current = present.map({ $0.integer }) ?? initial
        else {
            // A number cannot be added to something that is none.
            self.pending.record(.replacement(encoded), of: name)
            return
        }
        let (difference, overflow) = after.subtractingReportingOverflow(start)
        guard !overflow else {
            self.pending.record(.replacement(encoded), of: name)
            return
        }
        self.pending.record(
            .addition(of: difference, initial: initial, result: current.addingSaturating(difference)),
            of: name
        )
    }
}

extension SessionValue {
    /// The number, if it is one.
    fileprivate var integer: Int64? {
        if case .integer(let number) = self.storage { number } else { nil }
    }
}
