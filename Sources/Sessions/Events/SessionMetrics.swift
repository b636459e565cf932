//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import CoreMetrics
import Synchronization

/// Counts session events with swift-metrics.
///
/// There is one counter of events, `sessions.events` by default, with two labels: `kind` and `reason`. They are the
/// names of ``SessionEvent/Kind`` and ``SessionEvent/Reason``, or `none` without a reason. Clients cannot add label
/// values: there are a few dozen pairs in all, and the handler of each is created once, when it is first counted.
///
/// ```swift
/// configuration.observers = [SessionMetrics()]
/// ```
public final class SessionMetrics: SessionObserver {
    private struct Labels: Hashable {
        var kind: SessionEvent.Kind
        var reason: SessionEvent.Reason?
    }

    private let name: String
    private let factory: any MetricsFactory
    private let counters = Mutex<[Labels: Counter]>([:])

    /// Creates an observer that counts events.
    ///
    /// - Parameters:
    ///   - name: The name of the counter. The default is `sessions.events`.
    ///   - factory: Creates the counters. The default is the factory of the process.
    public init(name: String = "sessions.events", factory: any MetricsFactory = MetricsSystem.factory) {
        self.name = name
        self.factory = factory
    }

    public func observe(_ event: SessionEvent) {
        let labels = Labels(kind: event.kind, reason: event.reason)
        self.counters.withLock { counters in
            if let counter = counters[labels] { return counter }
            let counter = Counter(
                label: self.name,
                dimensions: [
                    ("kind", labels.kind.description),
                    ("reason", labels.reason?.description ?? "none"),
                ],
                factory: self.factory
            )
            counters[labels] = counter
            return counter
        }.increment()
    }
}
