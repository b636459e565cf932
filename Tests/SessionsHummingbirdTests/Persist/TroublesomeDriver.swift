//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import Synchronization

/// A `PersistDriver` that fails, or sleeps after it has read, around one that works.
final class TroublesomeDriver: PersistDriver {
    private struct State {
        var isFailing = false
        var sleepsAfterReading = false
        var readCount = 0
        var sleepers: [CheckedContinuation<Void, Never>] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let base = MemoryPersistDriver()
    private let state = Mutex(State())

    /// How often something was read.
    var readCount: Int { self.state.withLock { $0.readCount } }

    func fail(_ isFailing: Bool) { self.state.withLock { $0.isFailing = isFailing } }

    /// Lets the next reading call sleep when it has read.
    func sleepAfterReading() { self.state.withLock { $0.sleepsAfterReading = true } }

    /// Waits until one sleeps.
    func untilSomebodySleeps() async {
        await withCheckedContinuation { continuation in
            let isPresent = self.state.withLock { state in
                if state.sleepers.isEmpty { state.watchers.append(continuation) }
                return !state.sleepers.isEmpty
            }
            if isPresent { continuation.resume() }
        }
    }

    func wakeUp() {
        let sleepers = self.state.withLock { state in
            defer { state.sleepers = [] }
            return state.sleepers
        }
        for sleeper in sleepers { sleeper.resume() }
    }

    private func check() throws {
        if self.state.withLock({ $0.isFailing }) {
            throw HTTPError(.badGateway, message: "This driver was told to fail.")
        }
    }

    func create<Object: Codable & Sendable>(key: String, value: Object, expires: Duration?) async throws {
        try self.check()
        try await self.base.create(key: key, value: value, expires: expires)
    }

    func set<Object: Codable & Sendable>(key: String, value: Object, expires: Duration?) async throws {
        try self.check()
        try await self.base.set(key: key, value: value, expires: expires)
    }

    func get<Object: Codable & Sendable>(key: String, as type: Object.Type) async throws -> Object? {
        try self.check()
        self.state.withLock { $0.readCount += 1 }
        let object = try await self.base.get(key: key, as: type)
        let isToSleep = self.state.withLock { state in
            defer { state.sleepsAfterReading = false }
            return state.sleepsAfterReading
        }
        guard isToSleep else { return object }
        await withCheckedContinuation { continuation in
            let watchers = self.state.withLock { state in
                state.sleepers.append(continuation)
                defer { state.watchers = [] }
                return state.watchers
            }
            for watcher in watchers { watcher.resume() }
        }
        return object
    }

    func remove(key: String) async throws {
        try self.check()
        try await self.base.remove(key: key)
    }
}
#endif
