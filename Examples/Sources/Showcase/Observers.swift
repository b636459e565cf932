//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import ServiceLifecycle
import Sessions
import ShowcaseKit

/// What observes sessions: a file of events and metrics, if the options ask for them.
struct Observers {
    /// The options of the engine.
    let configuration: SessionConfiguration
    let services: [any Service]
    /// Nil without --metrics.
    let metrics: PrometheusMetrics?

    /// - Throws: ``ShowcaseFailure`` for a file that cannot be written.
    init(_ settings: ShowcaseSettings, _ backend: OpenedBackend, logger: Logger) throws {
        var configuration = settings.configuration
        var services: [any Service] = []
        if let path = settings.auditLog {
            let events = SessionEventStream()
            configuration.observers.append(events)
            configuration.namesClientsInEvents = true
            do {
                services.append(try SessionEventLog(events, appendingTo: path, logger: logger))
            } catch {
                throw ShowcaseFailure(error)
            }
        }
        self.metrics = settings.servesMetrics ? PrometheusMetrics() : nil
        if let metrics {
            configuration.observers.append(SessionMetrics(names: .prometheus, factory: metrics))
            if let store = backend.store as? any EnumerableSessionStore {
                services.append(
                    SessionSampler(store, every: .seconds(10), names: .prometheus, factory: metrics, logger: logger))
            }
        }
        self.configuration = configuration
        self.services = services
    }
}
