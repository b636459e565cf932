//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// The observers of a ``SessionEndingNotifier``, for stores: it retains none of them.
///
/// Reporting to no observer costs one atomic load.
public final class SessionEndingObservers: Sendable {
    private struct Reference {
        weak var observer: (any SessionEndingObserver)?
    }

    private struct State {
        var references: [Reference] = []
        var isReporting = false
    }

    private let state = Mutex(State())
    private let hasObservers = Atomic<Bool>(false)

    /// Creates a list without observers, which reports nothing yet.
    public init() {}

    /// Whether there is no observer.
    public var isEmpty: Bool { self.current.isEmpty }

    /// Adds an observer, and tells it if endings are reported.
    public func add(_ observer: any SessionEndingObserver) {
        let isReporting = self.state.withLock { state in
            state.references.removeAll { $0.observer == nil }
            state.references.append(Reference(observer: observer))
            self.hasObservers.store(true, ordering: .sequentiallyConsistent)
            return state.isReporting
        }
        if isReporting { observer.reportsEndings(true) }
    }

    /// Reports that a session has ended.
    public func sessionMayHaveEnded(_ id: SessionID) {
        for observer in self.current { observer.sessionMayHaveEnded(id) }
    }

    /// Reports that any session may have ended.
    public func anySessionMayHaveEnded() {
        for observer in self.current { observer.anySessionMayHaveEnded() }
    }

    /// Tells all observers, and those that are added later, whether endings are reported.
    public func setReporting(_ isReporting: Bool) {
        let hasChanged = self.state.withLock { state in
            defer { state.isReporting = isReporting }
            return state.isReporting != isReporting
        }
        guard hasChanged else { return }
        for observer in self.current { observer.reportsEndings(isReporting) }
    }

    /// Called without the lock, because an observer may take locks of its own.
    private var current: [any SessionEndingObserver] {
        guard self.hasObservers.load(ordering: .sequentiallyConsistent) else { return [] }
        return self.state.withLock { state in
            let observers = state.references.compactMap(\.observer)
            if observers.isEmpty {
                state.references = []
                self.hasObservers.store(false, ordering: .sequentiallyConsistent)
            }
            return observers
        }
    }
}
