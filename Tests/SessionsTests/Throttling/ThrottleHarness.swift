//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// Attempts to log in by browsers of different networks.
struct ThrottleHarness {
    let harness: StoredHarness
    let throttle: any LoginThrottling
    let devices: KnownDevices
    let events = EventRecorder()

    init(withDevices: Bool = false, _ configure: (inout SessionConfiguration) -> Void = { _ in }) throws {
        let events = self.events
        let harness = try StoredHarness {
            $0.observers = [events]
            configure(&$0)
        }
        let configuration = harness.engine.configuration
        self.devices = try KnownDevices(
            in: harness.store, signedWith: .ephemeral(), configuration: configuration)
        self.throttle = try MutantThrottle.make(
            in: harness.store, devices: withDevices ? self.devices : nil, configuration)
        self.harness = harness
    }

    /// The throttle of another server with the same store.
    func otherServer() throws -> any LoginThrottling {
        try MutantThrottle.make(in: self.harness.store, devices: nil, self.harness.engine.configuration)
    }

    /// A login form that arrives with a right or wrong password.
    ///
    /// - Returns: The wait; nil if the password was checked.
    @discardableResult
    func attempt(
        _ subject: String,
        right isRight: Bool = false,
        from address: String? = "192.0.2.1",
        _ browser: TestBrowser? = nil,
        on server: (any LoginThrottling)? = nil
    ) async throws -> Duration? {
        var wait: Duration?
        try await self.harness.visit(
            browser ?? self.harness.browser(), from: SessionClient(address: address, userAgent: "Firefox/140.0")
        ) { session in
            do {
                let throttle = server ?? self.throttle
                let attempt = try await throttle.begin(subject, in: session)
                guard isRight else { return }
                try await throttle.succeed(attempt)
                try await session.logIn(subject)
                try await self.devices.recognize(session)
            } catch let error as SessionError where error.code == .tooManyAttempts {
                wait = error.retryAfter
            }
        }
        return wait
    }
}
