//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import CoreMetrics
import Foundation
import MetricsTestKit
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Measurements")
struct MeasurementTests {
    /// An engine with a store that can fail, sealed sessions, a conflict and a sampler: every metric there is.
    private func metricsOfAllKinds(_ names: SessionMetricNames = .openTelemetry) async throws -> TestMetrics {
        let factory = TestMetrics()
        let metrics = SessionMetrics(names: names, factory: factory)
        let harness = try StoredHarness {
            $0.observers = [metrics]
            $0.alwaysWaits = true
        }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let (first, second) = (try await harness.open(browser), try await harness.open(browser))
        first[.views] += 1
        second[.views] += 1
        try await harness.close(first, browser)
        try await harness.close(second, browser)
        try await harness.engine.revokeAll(of: "ada")
        harness.store.injectFault(.failing)
        for _ in 0..<6 { _ = try? await harness.visit(browser) }
        harness.store.clearFault()
        let sealed = try SealedHarness(configure: { $0.observers = [metrics] })
        try await sealed.visit(sealed.browser()) { $0[.views] = 1 }
        try await SessionSampler(
            harness.memory, names: names, factory: factory, clock: harness.clock.sessionClock
        ).sampleOnce()
        return factory
    }

    @Test("calls to the store are timed by operation and outcome")
    func storeCalls() async throws {
        let factory = try await self.metricsOfAllKinds()
        let timers = factory.timers(label: "sessions.store.call.duration")
        let labels = Set(timers.map { $0.dimensions.map(\.1).joined(separator: "/") })
        #expect(labels.isSuperset(of: ["read/success", "write/success", "list/success", "read/failure"]))
        #expect(labels.contains("read/rejected"), "the circuit breaker has opened")
        #expect(timers.allSatisfy { $0.values.allSatisfy { $0 >= 0 } })
    }

    @Test("the number of open circuits rises when the store keeps failing, and falls when it answers again")
    func circuits() async throws {
        let factory = TestMetrics()
        let harness = try StoredHarness {
            $0.observers = [SessionMetrics(factory: factory)]
            $0.alwaysWaits = true
        }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        harness.store.injectFault(.failing)
        for _ in 0..<6 { _ = try? await harness.visit(browser) }
        let gauge = try factory.expectGauge("sessions.store.circuits.open", [("operation", "read")])
        #expect(gauge.values == [0, 1])
        harness.store.clearFault()
        harness.clock.advance(by: .seconds(2))
        try await harness.visit(browser)
        #expect(gauge.values == [0, 1, 0])
    }

    @Test("conflicts that are tried again, the size of sealed sessions and the live sessions are counted")
    func others() async throws {
        let factory = try await self.metricsOfAllKinds()
        #expect(factory.counterTotal(label: "sessions.conflicts.retried") == 1)
        let sizes = try factory.expectRecorder("sessions.sealed.cookie.size").values
        #expect(sizes.count == 1 && (100...3_072).contains(sizes[0]))
        #expect(try factory.expectGauge("sessions.live").values == [0])
    }

    @Test("without an observer that wants measurements, the engine measures nothing")
    func nothing() throws {
        var configuration = SessionConfiguration()
        configuration.observers = [SessionEventStream(), EventRecorder()]
        #expect(!EngineEnvironment(configuration).measures)
        configuration.observers.append(SessionMetrics(factory: TestMetrics()))
        #expect(EngineEnvironment(configuration).measures)
    }

    // MARK: The dashboard and the alerts

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: Self.folder.appending(path: path)), as: UTF8.self)
    }

    /// The labels of each metric, under the name that Prometheus has for it.
    private func exported() async throws -> [String: Set<String>] {
        let factory = try await self.metricsOfAllKinds(.prometheus)
        var exported: [String: Set<String>] = [:]
        func add(_ name: String, _ dimensions: [(String, String)], isHistogram: Bool) {
            let labels = Set(dimensions.map(\.0))
            guard isHistogram else { return exported[name, default: []].formUnion(labels) }
            for suffix in ["_sum", "_count"] { exported[name + suffix, default: []].formUnion(labels) }
            exported[name + "_bucket", default: []].formUnion(labels.union(["le"]))
        }
        for metric in factory.counters { add(metric.label, metric.dimensions, isHistogram: false) }
        for metric in factory.timers { add(metric.label, metric.dimensions, isHistogram: true) }
        for metric in factory.recorders { add(metric.label, metric.dimensions, isHistogram: metric.aggregate) }
        return exported
    }

    @Test("the names of Prometheus are those that exporters make of the names of OpenTelemetry")
    func names() async throws {
        let factory = try await self.metricsOfAllKinds()
        let unit = { (name: String) in name.hasSuffix("size") ? "_bytes" : "" }
        let converted =
            factory.counters.map { $0.label + "_total" } + factory.timers.map { $0.label + "_seconds" }
            + factory.recorders.map { $0.label + unit($0.label) }
        let exported = try await self.exported().keys.map { $0.replacing(/_(sum|count|bucket)$/, with: "") }
        #expect(Set(converted.map { $0.replacingOccurrences(of: ".", with: "_") }) == Set(exported))
        var names = SessionMetricNames.prometheus
        names.prefix = "shop_sessions"
        #expect(names.events == "shop_sessions_events_total")
    }

    private func queries() throws -> [String] {
        let dashboard = try text("Operations/grafana-dashboard.json")
        _ = try JSONSerialization.jsonObject(with: Data(dashboard.utf8))
        let expressions = dashboard.matches(of: /"expr": "(([^"\\]|\\.)*)"/).map {
            $0.1.replacingOccurrences(of: "\\\"", with: "\"")
        }
        let rules = try text("Operations/alerts.yml").matches(of: /expr: (.+)/).map { String($0.1) }
        #expect(expressions.count > 10 && rules.count > 5)
        return expressions + rules
    }

    @Test("every query of the dashboard and the alerts asks for metrics and labels that there are")
    func queriesMatch() async throws {
        let exported = try await self.exported()
        let names = try text("Sources/Sessions/Events/SessionEvent+Names.swift")
        let measurements = try text("Sources/Sessions/Events/SessionMeasurement.swift")
        let values = Set(
            names.matches(of: /(?:Kind|Reason)\("(\w+)"\)/).map { String($0.1) }
                + measurements.matches(of: /description: "(\w+)"/).map { String($0.1) })
        for query in try self.queries() {
            var labels: Set<String> = []
            let metrics = query.matches(of: /\bsessions_\w+/).map { String($0.0) }
            #expect(!metrics.isEmpty, "\(query)")
            for metric in metrics {
                let known = try #require(exported[metric], "\(metric) of \(query) is not exported")
                labels.formUnion(known)
            }
            for match in query.matches(of: /(\w+)=~?"([^"]*)"/) {
                #expect(labels.contains(String(match.1)), "\(query)")
                for value in match.2.split(separator: "|") {
                    #expect(values.contains(String(value)), "\(value): \(query)")
                }
            }
            for match in query.matches(of: /by \(([^)]*)\)/) {
                for label in match.1.split(separator: ",") {
                    #expect(labels.contains(label.trimmingCharacters(in: .whitespaces)), "\(label): \(query)")
                }
            }
        }
    }

    @Test("every metric but the live sessions of a backend without a sampler is on the dashboard")
    func dashboardIsComplete() async throws {
        let dashboard = try text("Operations/grafana-dashboard.json")
        for metric in try await self.exported().keys {
            let base = metric.replacing(/_(sum|count|bucket)$/, with: "")
            #expect(dashboard.contains(base), "\(metric)")
        }
    }
}
