//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension Session {
    /// A value with the revision at which it was read.
    @usableFromInline
    struct ValueSnapshot {
        @usableFromInline
        let value: SessionValue?
        /// While the state has this revision, the value is unchanged.
        @usableFromInline
        let revision: UInt64

        @usableFromInline
        init(value: SessionValue?, revision: UInt64) {
            self.value = value
            self.revision = revision
        }
    }

    @usableFromInline
    func snapshot(of name: String) -> ValueSnapshot {
        self.withAccessedState { state in
            let value = state.value(of: name)
            return ValueSnapshot(value: value, revision: state.revision)
        }
    }

    /// Decodes a value, or returns the key's default. If decoding fails, the encoded value becomes nil.
    @inlinable
    func decode<Value>(_ encoded: inout SessionValue?, _ key: SessionKey<Value>) -> Value {
        if case .versioned(let older) = key.merge { encoded = self.currentForm(of: key, older) }
        guard let value = encoded else { return key.defaultValue }
        do {
            return try key.codec.decode(value)
        } catch {
            self.handleUndecodable(value, of: key.name, as: Value.self)
            encoded = nil
            return key.defaultValue
        }
    }

    /// Handles a value that does not decode, as configured.
    @usableFromInline
    func handleUndecodable(_ value: SessionValue, of name: String, as type: Any.Type) {
        // Values of a newer version or of another system must not be dropped.
        let isOurs = !value.isUnknown && !self.engine.driver.hasExternalValues
        let drops = self.engine.environment.configuration.undecodableValues == .drop && isOurs
        self.logger.warning(
            "A session value does not decode as its key's type",
            metadata: [
                "session.key": "\(UntrustedText.escaped(name))", "session.type": "\(type)",
                "session.dropped": "\(drops)",
            ]
        )
        if drops { self.remove(named: name) }
    }

    @inlinable
    func assign<Value>(_ key: SessionKey<Value>, _ value: Value) {
        do {
            try self.set(key, to: value)
        } catch {
            self.recordFailure(error)
        }
    }

    /// Changes a value that was read, together with its encoded form.
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
            // Reading a default through `inout` without changing it must not create a session.
            if stored == nil, try key.encode(before) == encoded { return }
            guard encoded != stored else { return }
            switch key.merge {
            case .replace: self.change(key.name, to: encoded)
            case .addDifference(let initial):
                self.change(
                    key.name, to: encoded, since: ValueSnapshot(value: stored, revision: revision),
                    countingFrom: initial)
            case .custom, .inPlace: self.merge(key, value, encoded, since: before, stored)
            case .versioned(let older): self.change(key, older, to: value, encoded, since: before, stored)
            }
        } catch {
            self.recordFailure(error)
        }
    }

    /// Keeps the first encoding failure until the session is saved.
    @usableFromInline
    func recordFailure(_ failure: SessionError) {
        self.withAccessedState { $0.failure = $0.failure ?? failure }
    }

    /// Sets a value, whatever it was before.
    @usableFromInline
    func set(_ name: String, to value: SessionValue?) {
        self.withAccessedState { state in
            guard value != state.value(of: name) else { return }
            state.pending.record(.replacement(value), of: name)
        }
    }

    /// Sets a number and records the difference.
    @usableFromInline
    func set(_ name: String, to value: SessionValue?, countingFrom initial: Int64) {
        self.withAccessedState { state in
            let present = state.value(of: name)
            guard value != present else { return }
            state.add(name, encoded: value, from: initial, before: present, present: present)
        }
    }

    /// Sets a value whose key has a merge function.
    @usableFromInline
    func merge<Value>(_ key: SessionKey<Value>, _ value: Value, _ encoded: SessionValue?) {
        self.withAccessedState { state in
            let present = state.value(of: key.name)
            guard encoded != present else { return }
            let base = present.flatMap { try? key.codec.decode($0) } ?? key.defaultValue
            state.merge(key, value, encoded, base: base, since: present, present)
        }
    }

    /// Records a change of a value that was read.
    @usableFromInline
    func change(_ name: String, to value: SessionValue?) {
        self.withAccessedState { $0.pending.record(.replacement(value), of: name) }
    }

    /// Records a change of a number that was read.
    @usableFromInline
    func change(_ name: String, to value: SessionValue?, since before: ValueSnapshot, countingFrom initial: Int64) {
        self.withAccessedState { state in
            // Usually nothing else has changed, and the value is not copied ("memory: counter").
            if state.revision == before.revision {
                state.add(name, encoded: value, from: initial, before: before.value, present: before.value)
            } else {
                let present = state.value(of: name)
                state.add(name, encoded: value, from: initial, before: before.value, present: present)
            }
        }
    }

    /// Records a change of a value whose key has a merge function.
    @usableFromInline
    func merge<Value>(
        _ key: SessionKey<Value>,
        _ value: Value,
        _ encoded: SessionValue?,
        since before: Value,
        _ stored: SessionValue?
    ) {
        self.withAccessedState { state in
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
    mutating func integer<Value>(of key: SessionKey<Value>) -> Int64? {
        if case .integer(let number) = self.value(of: key.name)?.storage { number } else { nil }
    }

    /// Records a change with the key's merge function.
    fileprivate mutating func merge<Value>(
        _ key: SessionKey<Value>,
        _ value: Value,
        _ encoded: SessionValue?,
        base: Value,
        since before: SessionValue?,
        _ present: SessionValue?
    ) {
        let merge: @Sendable (Value, Value, Value) -> Value?
        switch key.merge {
        case .custom(let custom): merge = { custom($0, $1, $2) }
        case .inPlace(let inPlace): merge = inPlace
        case .replace, .addDifference, .versioned: return
        }
        let step: SessionChange.Step = { stored in
            let theirs = stored.flatMap { try? key.codec.decode($0) } ?? key.defaultValue
            return try merge(base, value, theirs).map { try key.encode($0) } ?? encoded
        }
        let result = before == present ? encoded : (try? step(present)) ?? encoded
        self.pending.record(.step(step, result: result), of: key.name)
    }

    /// Records a change of a number.
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
            // A number cannot be added to a value that is not one.
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
