//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
package import Sessions
import SessionsDeviceBinding
package import SessionsTesting

/// An attack on device-bound sessions over HTTP. Each runs without a framework and with every adapter, in both forms of
/// the request fields.
package struct BoundAttack: Sendable, CustomStringConvertible {
    /// The number of its kind:
    ///
    /// - 30: a refresh with another key
    /// - 31: a proof or a challenge for something else, too old, or used
    /// - 32: a proof of another form
    /// - 33: a second registration
    /// - 34: a stolen cookie
    /// - 35: a refresh after the end of the session
    /// - 36: a refresh during an outage
    /// - 37: header fields of other forms
    /// - 38: a refresh past the absolute limit
    package let number: Int
    package let name: String
    private let needsFaults: Bool
    private let configure: @Sendable (inout SessionConfiguration) -> Void
    private let attack: @Sendable (BoundServer) async throws -> Void

    package var description: String { "\(self.number): \(self.name)" }

    init(
        _ number: Int,
        _ name: String,
        needsFaults: Bool = false,
        _ configure: @escaping @Sendable (inout SessionConfiguration) -> Void = { _ in },
        attack: @escaping @Sendable (BoundServer) async throws -> Void
    ) {
        self.number = number
        self.name = name
        self.needsFaults = needsFaults
        self.configure = configure
        self.attack = attack
    }

    /// All attacks.
    package static let all: [BoundAttack] = proofs + cookies + requests

    /// Attacks a new server.
    ///
    /// - Parameters:
    ///   - form: How the attacker writes request fields.
    ///   - serve: Starts the server.
    /// - Throws: ``AttackSucceeded``.
    package func run(
        in form: BoundSession.Form,
        on serve:
            @Sendable (
                SessionEngine,
                @escaping @Sendable (
                    @escaping @Sendable (DeviceBoundBrowser.Request) async throws
                        -> DeviceBoundBrowser.Response
                ) async throws -> Void
            ) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        let faults = self.needsFaults ? FaultySessionStore(MemorySessionStore(), needsDeadline: false) : nil
        let store: any SessionStore = faults ?? MemorySessionStore()
        let recorder = BoundServer.Recorder()
        var configuration = SessionConfiguration.forTests()
        configuration.clock = clock.sessionClock
        configuration.deviceBinding = .offered()
        configuration.circuitBreaker = .none
        configuration.observers = [recorder]
        self.configure(&configuration)
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let attack = self.attack
        try await serve(engine) { respond in
            try await attack(
                BoundServer(
                    clock: clock, store: store, faults: faults, engine: engine, recorder: recorder, form: form,
                    respond: respond))
        }
    }
}
#endif
