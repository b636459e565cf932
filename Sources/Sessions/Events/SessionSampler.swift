//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import CoreMetrics
public import Logging
public import ServiceLifecycle

/// Counts the live sessions of a store at intervals, for a gauge: `sessions.live`, or `sessions_live` in Prometheus.
///
/// ```swift
/// let sampler = SessionSampler(store)
/// try await Application(router: router, services: [sampler]).runService()
/// ```
///
/// Counting reads the whole store in most stores: run it on one server, or rarely. Between two counts, and if a count
/// fails, the gauge keeps its value.
public struct SessionSampler: Service {
    private let store: any EnumerableSessionStore
    private let interval: Duration
    private let gauge: Gauge
    private let clock: SessionClock
    private let logger: Logger

    /// Creates a sampler.
    ///
    /// - Parameters:
    ///   - store: The store to count.
    ///   - interval: The time between two counts, at least a second. The default is 1 minute.
    ///   - names: How the gauge is named. The default is ``SessionMetricNames/openTelemetry``.
    ///   - factory: Creates the gauge. The default is the factory of the process.
    ///   - clock: The clock. The default is the system's.
    ///   - logger: Logs failures. The default is a logger with the label `swift-sessions`.
    public init(
        _ store: any EnumerableSessionStore,
        every interval: Duration = .seconds(60),
        names: SessionMetricNames = .openTelemetry,
        factory: any MetricsFactory = MetricsSystem.factory,
        clock: SessionClock = .system,
        logger: Logger = Logger(label: "swift-sessions")
    ) {
        self.store = store
        self.interval = max(.seconds(1), interval)
        self.gauge = Gauge(label: names.liveSessions, dimensions: [], factory: factory)
        self.clock = clock
        self.logger = logger
    }

    /// Counts until the application shuts down, for the first time at once.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    try await self.sampleOnce()
                } catch is CancellationError {
                    return
                } catch {
                    self.logger.error("Live sessions could not be counted", metadata: ["error": "\(error)"])
                }
            } while (try? await self.clock.sleep(for: self.interval)) != nil
        }
    }

    /// Counts once.
    public func sampleOnce() async throws {
        self.gauge.record(try await self.store.count(now: self.clock.now))
    }
}

extension SessionSampler: CustomStringConvertible, CustomReflectable {
    /// It has nothing of its store.
    public var description: String { "SessionSampler" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
