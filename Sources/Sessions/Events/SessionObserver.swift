//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Receives session events as they happen.
///
/// Add it to ``SessionConfiguration/observers``. ``SessionEventStream`` passes events to your own task, and
/// ``SessionMetrics`` counts them.
public protocol SessionObserver: Sendable {
    /// Receives an event.
    ///
    /// It is called within the request, on its thread, and the request waits for it: be quick, and do no I/O. The
    /// events of one request arrive in order; those of several requests arrive in parallel.
    func observe(_ event: SessionEvent)

    /// Whether the engine measures for this observer. Optional. The default is false. It must not change.
    ///
    /// Measuring costs each call to the store two readings of the clock.
    var observesMeasurements: Bool { get }

    /// Receives a measurement, if ``observesMeasurements`` is true. Optional. The default does nothing.
    ///
    /// Be as quick as for an event.
    func observe(_ measurement: SessionMeasurement)
}

extension SessionObserver {
    public var observesMeasurements: Bool { false }

    public func observe(_ measurement: SessionMeasurement) {}
}
