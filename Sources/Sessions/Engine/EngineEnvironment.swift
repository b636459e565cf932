//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The shared environment of an engine's parts. It is created once and never changes.
final class EngineEnvironment: Sendable {
    let configuration: SessionConfiguration
    /// The transports, in the order of delivery.
    let transports: [PreparedTransport]
    let planner: SessionPlanner
    /// Whether sessions may be bound to devices.
    let bindsDevices: Bool
    /// The observers for which the engine measures.
    private let meters: [any SessionObserver]
    /// The queues of requests that change the same session.
    let writeQueues = KeyedWriteQueues()

    /// - Parameters:
    ///   - configuration: The options.
    ///   - transports: The transports. The default is none, for parts that are used without an engine.
    ///   - isSelfContained: Whether the credential contains the session.
    init(
        _ configuration: SessionConfiguration,
        transports: [PreparedTransport] = [],
        isSelfContained: Bool = false
    ) {
        self.configuration = configuration
        self.meters = configuration.observers.filter(\.observesMeasurements)
        self.transports = transports
        self.bindsDevices = configuration.deviceBinding.options != nil
        self.planner = SessionPlanner(configuration: configuration, isSelfContained: isSelfContained)
    }

    /// Whether anything observes measurements.
    var measures: Bool { !self.meters.isEmpty }

    /// Reports a measurement.
    func report(_ measurement: @autoclosure () -> SessionMeasurement) {
        guard self.measures else { return }
        let measurement = measurement()
        for meter in self.meters { meter.observe(measurement) }
    }

    /// Whether the visitor may have a session whose cookie the browser withheld.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - resolution: Which session it has, and why.
    ///   - transport: The transport that would deliver a new session.
    func isCookieWithheld(from request: SessionRequest, _ resolution: ResolutionReason, transport: Int) -> Bool {
        guard resolution == .noToken, self.transports[transport].kind == .cookie else { return false }
        return self.configuration.cookie(for: request).isWithheld(from: request)
    }

    /// The transports' challenges for clients that must authenticate.
    func challenges(_ challenge: SessionChallenge) -> [String] {
        self.transports.compactMap { $0.transport.challenge(challenge) }
    }
}
