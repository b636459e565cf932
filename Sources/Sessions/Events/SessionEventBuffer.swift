//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Buffers events for their reader. When it is full, events that anyone can cause are dropped first.
final class SessionEventBuffer: Sendable {
    private struct Entry {
        let number: UInt64
        let event: SessionEvent
    }

    /// First in, first out.
    private struct Queue {
        private var entries: [Entry] = []
        private var head = 0

        var count: Int { self.entries.count - self.head }
        var first: Entry? { self.head < self.entries.count ? self.entries[self.head] : nil }

        mutating func append(_ entry: Entry) { self.entries.append(entry) }

        mutating func removeFirst() {
            self.head += 1
            guard self.head > 64, self.head * 2 > self.entries.count else { return }
            self.entries.removeFirst(self.head)
            self.head = 0
        }
    }

    private struct State {
        /// Events that anyone can cause in any number.
        var noise = Queue()
        var others = Queue()
        var nextNumber: UInt64 = 0
        var droppedCount = 0
        var isFinished = false
        var readers: [(id: UInt64, continuation: CheckedContinuation<SessionEvent?, Never>)] = []

        var count: Int { self.noise.count + self.others.count }

        /// Takes the oldest event.
        mutating func take() -> SessionEvent? {
            switch (self.noise.first, self.others.first) {
            case (let noise?, let other?) where noise.number < other.number: return self.takeNoise(noise)
            case (let noise?, nil): return self.takeNoise(noise)
            case (_, let other?):
                self.others.removeFirst()
                return other.event
            case (nil, nil): return nil
            }
        }

        private mutating func takeNoise(_ entry: Entry) -> SessionEvent {
            self.noise.removeFirst()
            return entry.event
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    var droppedCount: Int { self.state.withLock { $0.droppedCount } }

    func add(_ event: SessionEvent) {
        let reader = self.state.withLock { state -> CheckedContinuation<SessionEvent?, Never>? in
            guard !state.isFinished else {
                state.droppedCount += 1
                return nil
            }
            if !state.readers.isEmpty { return state.readers.removeFirst().continuation }
            if state.count >= self.limit {
                state.droppedCount += 1
                guard !event.isNoise, state.noise.count > 0 else { return nil }
                state.noise.removeFirst()
            }
            let entry = Entry(number: state.nextNumber, event: event)
            state.nextNumber &+= 1
            if event.isNoise { state.noise.append(entry) } else { state.others.append(entry) }
            return nil
        }
        reader?.resume(returning: event)
    }

    func finish() {
        let readers = self.state.withLock { state in
            state.isFinished = true
            defer { state.readers = [] }
            return state.readers
        }
        for reader in readers { reader.continuation.resume(returning: nil) }
    }

    /// Waits for the next event; nil at the end, and when the task is canceled while there is none.
    func next() async -> SessionEvent? {
        let id = self.state.withLock { state in
            defer { state.nextNumber &+= 1 }
            return state.nextNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isDone, event) = self.state.withLock { state -> (Bool, SessionEvent?) in
                    if let event = state.take() { return (true, event) }
                    guard !state.isFinished, !Task.isCancelled else { return (true, nil) }
                    state.readers.append((id, continuation))
                    return (false, nil)
                }
                if isDone { continuation.resume(returning: event) }
            }
        } onCancel: {
            let reader = self.state.withLock { state in
                state.readers.firstIndex { $0.id == id }.map { state.readers.remove(at: $0).continuation }
            }
            reader?.resume(returning: nil)
        }
    }
}

extension SessionEvent {
    /// Whether anyone can cause such events in any number.
    fileprivate var isNoise: Bool {
        switch (self.kind, self.reason) {
        case (.refused, .unreadable?): false
        case (.refused, _), (.conflictMerged, _), (.overwritten, _): true
        case (.created, _): self.subject == nil
        case (.ended, _), (.renewed, _): self.subject == nil && self.reason != .everything
        default: false
        }
    }
}
