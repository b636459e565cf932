//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How metrics of sessions are named: for OpenTelemetry or for Prometheus.
///
/// The dashboard and the alert rules of this package use the names of Prometheus. Exporters of OpenTelemetry make them
/// from its names. swift-prometheus changes no names: use ``prometheus`` with it.
public struct SessionMetricNames: Sendable, Hashable {
    /// The names of OpenTelemetry, such as `sessions.store.call.duration`. The default.
    public static let openTelemetry = SessionMetricNames(hasUnits: false)
    /// The names of Prometheus with their units, such as `sessions_store_call_duration_seconds`.
    public static let prometheus = SessionMetricNames(hasUnits: true)

    /// How all names begin. The default is `sessions`.
    public var prefix = "sessions"

    private let hasUnits: Bool

    private init(hasUnits: Bool) {
        self.hasUnits = hasUnits
    }

    var events: String { self.name("events", unit: "total") }
    var storeCallDuration: String { self.name("store.call.duration", unit: "seconds") }
    var openCircuits: String { self.name("store.circuits.open", unit: nil) }
    var retriedConflicts: String { self.name("conflicts.retried", unit: "total") }
    var sealedCookieSize: String { self.name("sealed.cookie.size", unit: "bytes") }
    var liveSessions: String { self.name("live", unit: nil) }

    private func name(_ name: String, unit: String?) -> String {
        guard self.hasUnits else { return "\(self.prefix).\(name)" }
        let words = [self.prefix] + name.split(separator: ".").map { String($0) } + (unit.map { [$0] } ?? [])
        return words.joined(separator: "_")
    }
}
