//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension Session {
    /// Sets a value in place of all its versions, also of newer ones that this release does not know. Use it where a
    /// server of an older release must not leave what a newer one has stored, such as an emptied cart.
    ///
    /// - Throws: ``SessionError`` with the code `notEncodable`; the value is then unchanged.
    public func overwriteAllVersions<Value>(of key: SessionKey<Value>, with value: Value) throws(SessionError) {
        let encoded = try key.encode(value)
        let base = ValueVersion.baseName(of: key.name)
        self.withAccessedState { state in
            for name in state.values.names where !name.hasSameBytes(as: key.name) {
                guard ValueVersion.baseName(of: name).hasSameBytes(as: base) else { continue }
                state.pending.record(.replacement(nil), of: name)
            }
            state.pending.append(key.replacement(encoded))
        }
    }

    /// The stored forms of a versioned value, as the handler sees them.
    private struct StoredForms {
        let current: SessionValue?
        let older: [ByteString: SessionValue]
        let revision: UInt64
    }

    private func storedForms<Value>(of key: SessionKey<Value>, _ older: OlderForms<Value>) -> StoredForms {
        self.withAccessedState { state in
            let current = state.value(of: key.name)
            var stored: [ByteString: SessionValue] = [:]
            for form in older.forms { stored[ByteString(form.name)] = state.value(of: form.name) }
            return StoredForms(current: current, older: stored, revision: state.revision)
        }
    }

    /// The present form of a versioned value. The steps run without the lock.
    @usableFromInline
    func currentForm<Value>(of key: SessionKey<Value>, _ older: OlderForms<Value>) -> SessionValue? {
        self.currentForm(of: key, older, in: self.storedForms(of: key, older))
    }

    private func currentForm<Value>(of key: SessionKey<Value>, _ older: OlderForms<Value>, in stored: StoredForms)
        -> SessionValue?
    {
        for form in older.forms {
            guard let value = stored.older[ByteString(form.name)], !older.isContained(value, form, key) else {
                continue
            }
            self.logger.warning(
                "An older form of a session value does not become the present one",
                metadata: ["session.key": "\(UntrustedText.escaped(form.name))", "session.type": "\(Value.self)"]
            )
        }
        return older.current(stored.current, key) { stored.older[ByteString($0)] }
    }

    /// Records a change of a versioned value, as `change` makes it of the present form.
    ///
    /// - Parameter change: It runs without the lock, and again if another task changed a value.
    private func record<Value, Result>(
        _ key: SessionKey<Value>,
        _ older: OlderForms<Value>,
        _ change: (SessionValue?) throws -> (SessionChange, Result)
    ) rethrows -> Result {
        while true {
            let stored = self.storedForms(of: key, older)
            let (change, result) = try change(self.currentForm(of: key, older, in: stored))
            let isDone = self.withAccessedState { state in
                guard state.revision == stored.revision else { return false }
                for form in older.forms {
                    // One that cannot be upgraded stays for a release that can.
                    let value = stored.older[ByteString(form.name)]
                    let kept = value.flatMap { older.isContained($0, form, key) ? nil : $0 }
                    state.pending.record(
                        .step({ $0.flatMap { older.isContained($0, form, key) ? nil : $0 } }, result: kept),
                        of: form.name)
                }
                state.pending.record(change, of: key.name)
                return true
            }
            if isDone { return result }
        }
    }

    /// Records a change of a versioned value that was read.
    @usableFromInline
    func change<Value>(
        _ key: SessionKey<Value>,
        _ older: OlderForms<Value>,
        to value: Value,
        _ encoded: SessionValue?,
        since before: Value,
        _ read: SessionValue?
    ) {
        self.record(key, older) { present in
            (self.mergeStep(key, older, to: value, encoded, since: before, read, present), ())
        }
    }

    /// Assigns a versioned value.
    @usableFromInline
    func assign<Value>(
        _ key: SessionKey<Value>, _ older: OlderForms<Value>, _ value: Value, _ encoded: SessionValue?
    ) {
        let stored = self.storedForms(of: key, older)
        if stored.older.isEmpty, stored.current == encoded { return }
        self.record(key, older) { present in
            guard older.mergesAssignments else { return (.replacement(encoded), ()) }
            let base = present.flatMap { try? key.codec.decode($0) } ?? key.defaultValue
            return (self.mergeStep(key, older, to: value, encoded, since: base, present, present), ())
        }
    }

    private func mergeStep<Value>(
        _ key: SessionKey<Value>,
        _ older: OlderForms<Value>,
        to value: Value,
        _ encoded: SessionValue?,
        since before: Value,
        _ read: SessionValue?,
        _ present: SessionValue?
    ) -> SessionChange {
        if case .replace = older.merge { return .replacement(encoded) }
        let step: SessionChange.Step = { stored in
            let theirs = stored.flatMap { try? key.codec.decode($0) } ?? key.defaultValue
            return try older.merged(before, value, theirs).map { try key.encode($0) } ?? encoded
        }
        let result = read == present ? encoded : (try? step(present)) ?? encoded
        return .step(upgradingBy: Self.upgrade(key, older), step, result: result)
    }

    private static func upgrade<Value>(_ key: SessionKey<Value>, _ older: OlderForms<Value>) -> SessionChange.Upgrade {
        { stored, values in older.current(stored, key) { values[$0] } }
    }

    /// Updates a versioned value.
    ///
    /// - Parameter run: Makes the next value from the present one.
    @usableFromInline
    func update<Value, Result>(
        _ key: SessionKey<Value>,
        _ older: OlderForms<Value>,
        _ run: @escaping @Sendable (SessionValue?) throws -> (encoded: SessionValue?, result: Result)
    ) throws -> Result {
        try self.record(key, older) { present in
            let (after, result) = try run(present)
            return (.step(upgradingBy: Self.upgrade(key, older), { try run($0).encoded }, result: after), result)
        }
    }

    func incrementVersioned(_ key: SessionKey<Int>, by difference: Int) -> Int {
        let sum = try? self.update(key) { value in
            value = Int(Int64(value).addingSaturating(Int64(difference)))
            return value
        }
        return sum ?? key.defaultValue
    }
}
