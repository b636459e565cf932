//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import CoreMetrics
import Synchronization

/// Records session events and the measurements of engines with swift-metrics.
///
/// | ``SessionMetricNames/openTelemetry`` | Kind | Labels | ``SessionMetricNames/prometheus`` |
/// |---|---|---|---|
/// | `sessions.events` | counter | `kind`, `reason` | `sessions_events_total` |
/// | `sessions.store.call.duration` | timer | `operation`, `outcome` | `sessions_store_call_duration_seconds` |
/// | `sessions.store.circuits.open` | gauge | `operation` | `sessions_store_circuits_open` |
/// | `sessions.conflicts.retried` | counter | | `sessions_conflicts_retried_total` |
/// | `sessions.sealed.cookie.size` | histogram | | `sessions_sealed_cookie_size_bytes` |
///
/// The labels `kind` and `reason` are the names of ``SessionEvent/Kind`` and ``SessionEvent/Reason``, or `none` without
/// a reason; the others are the names of ``SessionMeasurement/Operation`` and ``SessionMeasurement/Outcome``. Clients
/// cannot add label values: there are a few dozen pairs in all, and the handler of each is created once, when it is
/// first used. The timers, the gauges, and the counters of rare events that need attention begin with 0.
/// ``SessionSampler`` adds the gauge `sessions.live`.
///
/// ```swift
/// configuration.observers = [SessionMetrics()]
/// ```
public final class SessionMetrics: SessionObserver {
    private struct Labels: Hashable {
        var kind: SessionEvent.Kind
        var reason: SessionEvent.Reason?
    }

    private struct CallLabels: Hashable {
        var operation: SessionMeasurement.Operation?
        var outcome: SessionMeasurement.Outcome?
    }

    /// Prometheus sees no increase in a counter whose first value is 1, so these begin with 0.
    private static let rare: [Labels] =
        [.replayedSecret, .severalTokens, .lostRevocations].map { Labels(kind: .suspicious, reason: $0) }
        + [.overdue, .replayedSecret, .notBound].map { Labels(kind: .unboundUse, reason: $0) }
        + [.valuesTooLarge, .notEncodable, .contention].map { Labels(kind: .changesDropped, reason: $0) }
        + [.newDevice, .clientChanged, .placeChanged].map { Labels(kind: $0, reason: nil) }

    private let names: SessionMetricNames
    private let factory: any MetricsFactory
    private let counters = Mutex<[Labels: Counter]>([:])
    private let timers = Mutex<[CallLabels: Timer]>([:])
    private let gauges = Mutex<[CallLabels: Gauge]>([:])
    private let conflicts: Counter
    private let cookieSizes: Recorder

    /// Creates an observer that records events and measurements.
    ///
    /// - Parameters:
    ///   - names: How the metrics are named. The default is ``SessionMetricNames/openTelemetry``.
    ///   - factory: Creates the metrics. The default is the factory of the process.
    public init(
        names: SessionMetricNames = .openTelemetry,
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.names = names
        self.factory = factory
        self.conflicts = Counter(label: names.retriedConflicts, dimensions: [], factory: factory)
        self.cookieSizes = Recorder(
            label: names.sealedCookieSize, dimensions: [], aggregate: true, factory: factory)
        for labels in Self.rare { self.counter(labels).increment(by: 0) }
        for operation in [SessionMeasurement.Operation.read, .write, .list] {
            self.gauge(CallLabels(operation: operation)).record(0)
            for outcome in [SessionMeasurement.Outcome.success, .failure, .rejected] {
                _ = self.timer(CallLabels(operation: operation, outcome: outcome))
            }
        }
    }

    public func observe(_ event: SessionEvent) {
        self.counter(Labels(kind: event.kind, reason: event.reason)).increment()
    }

    private func counter(_ labels: Labels) -> Counter {
        self.counters.withLock { counters in
            if let counter = counters[labels] { return counter }
            let counter = Counter(
                label: self.names.events,
                dimensions: [
                    ("kind", labels.kind.description),
                    ("reason", labels.reason?.description ?? "none"),
                ],
                factory: self.factory
            )
            counters[labels] = counter
            return counter
        }
    }

    public var observesMeasurements: Bool { true }

    public func observe(_ measurement: SessionMeasurement) {
        let labels = CallLabels(operation: measurement.operation, outcome: measurement.outcome)
        switch measurement.kind {
        case .storeCall: self.timer(labels).recordNanoseconds(Int64(max(0, min(measurement.value, 1e9)) * 1e9))
        case .openCircuits: self.gauge(labels).record(measurement.value)
        case .conflictRetry: self.conflicts.increment()
        case .sealedCookieSize: self.cookieSizes.record(measurement.value)
        default: break
        }
    }

    private func timer(_ labels: CallLabels) -> Timer {
        self.timers.withLock { timers in
            if let timer = timers[labels] { return timer }
            let timer = Timer(
                label: self.names.storeCallDuration,
                dimensions: [
                    ("operation", labels.operation?.description ?? "none"),
                    ("outcome", labels.outcome?.description ?? "none"),
                ],
                factory: self.factory
            )
            timers[labels] = timer
            return timer
        }
    }

    private func gauge(_ labels: CallLabels) -> Gauge {
        self.gauges.withLock { gauges in
            if let gauge = gauges[labels] { return gauge }
            let gauge = Gauge(
                label: self.names.openCircuits,
                dimensions: [("operation", labels.operation?.description ?? "none")],
                factory: self.factory
            )
            gauges[labels] = gauge
            return gauge
        }
    }
}
