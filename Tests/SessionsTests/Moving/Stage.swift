//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import Synchronization

/// Lets several actors take their steps in an order that is chosen from outside, one step at a time.
final class Stage: Sendable {
    private struct State {
        var running = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var director: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Waits for its turn. Every call of a store is a step.
    func step(_ actor: Int) async {
        await withCheckedContinuation { continuation in
            self.pause { $0.waiting[actor] = continuation }
        }
    }

    private func pause(_ body: (inout State) -> Void) {
        let director = self.state.withLock { state in
            body(&state)
            state.running -= 1
            guard state.running == 0 else { return CheckedContinuation<Void, Never>?.none }
            defer { state.director = nil }
            return state.director
        }
        director?.resume()
    }

    /// Those that wait for their turn, when all do that have not gone home.
    private func waiting() async -> [Int] {
        await withCheckedContinuation { continuation in
            let isQuiet = self.state.withLock { state in
                if state.running > 0 { state.director = continuation }
                return state.running == 0
            }
            if isQuiet { continuation.resume() }
        }
        return self.state.withLock { $0.waiting.keys.sorted() }
    }

    private func proceed(_ actor: Int) {
        let continuation = self.state.withLock { state in
            state.running += 1
            return state.waiting.removeValue(forKey: actor)
        }
        continuation?.resume()
    }

    /// Plays a piece.
    ///
    /// - Parameter choose: Which of several goes on, by its place among them.
    func play(_ actors: [@Sendable () async throws -> Void], choose: (Int) -> Int) async throws {
        self.state.withLock { $0.running = actors.count }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for actor in actors {
                group.addTask {
                    defer { self.pause { _ in } }
                    try await actor()
                }
            }
            while true {
                let waiting = await self.waiting()
                guard !waiting.isEmpty else { break }
                self.proceed(waiting[choose(waiting.count)])
            }
            try await group.waitForAll()
        }
    }
}

/// The orders in which actors can take their steps.
enum Orders {
    /// Plays a piece in every order that there is.
    ///
    /// - Parameter make: Makes a new piece: its actors, and what must hold when they have gone home.
    /// - Returns: How many orders there were.
    static func all(
        _ make: (Stage) async throws -> (actors: [@Sendable () async throws -> Void], check: () async throws -> Void)
    ) async throws -> Int {
        var count = 0
        var next: [Int]? = []
        while let beginning = next {
            var taken: [(choice: Int, of: Int)] = []
            let stage = Stage()
            let piece = try await make(stage)
            try await stage.play(piece.actors) { options in
                let choice = taken.count < beginning.count ? beginning[taken.count] : 0
                taken.append((choice, options))
                return choice
            }
            try await piece.check()
            count += 1
            while let last = taken.last, last.choice + 1 >= last.of { taken.removeLast() }
            next = taken.last.map { last in taken.dropLast().map(\.choice) + [last.choice + 1] }
        }
        return count
    }

    /// Plays a piece in some orders, the same in every run.
    static func some(
        _ count: Int,
        _ make: (Stage) async throws -> (actors: [@Sendable () async throws -> Void], check: () async throws -> Void)
    ) async throws {
        for seed in 0..<count {
            let random = DeterministicRandom(seed: UInt64(seed))
            let stage = Stage()
            let piece = try await make(stage)
            // Some orders are steady and some hasty, so that one actor may sleep while others do much.
            let favourite = Int(random.next() % 4)
            try await stage.play(piece.actors) { options in
                let isSteady = random.next() % 4 != 0
                return isSteady && favourite < options ? favourite : Int(random.next() % UInt64(options))
            }
            try await piece.check()
        }
    }
}

/// A store that asks the stage before each call.
struct SteppedStore: SessionStore {
    let base: MemorySessionStore
    let stage: Stage
    let actor: Int

    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        await self.stage.step(self.actor)
        return try await self.base.load(id, now: now)
    }

    func create(_ record: SessionRecord, now: Instant) async throws {
        await self.stage.step(self.actor)
        try await self.base.create(record, now: now)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        await self.stage.step(self.actor)
        return try await self.base.replace(record, ifVersion: version, now: now)
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        await self.stage.step(self.actor)
        return try await self.base.touch(id, touch, now: now)
    }

    func end(_ id: SessionID, markedUntil: Instant, now: Instant) async throws -> Bool {
        await self.stage.step(self.actor)
        return try await self.base.end(id, markedUntil: markedUntil, now: now)
    }
}
