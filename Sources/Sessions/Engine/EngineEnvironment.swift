//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What every part of an engine works with. It is made once and never changes.
final class EngineEnvironment: Sendable {
    let configuration: SessionConfiguration
    /// How sessions travel, in the order in which they are handed out.
    let transports: [PreparedTransport]
    let planner: SessionPlanner
    /// Where requests that change the same session wait for their turn.
    let writeQueues = KeyedWriteQueues()

    /// - Parameters:
    ///   - configuration: How sessions behave.
    ///   - transports: How they travel. The default is none, for parts that are used without an engine.
    ///   - isInText: Whether the credential is the session.
    init(
        _ configuration: SessionConfiguration,
        transports: [PreparedTransport] = [],
        isInText: Bool = false
    ) {
        self.configuration = configuration
        self.transports = transports
        self.planner = SessionPlanner(configuration: configuration, isInText: isInText)
    }

    /// Whether the visitor may have a session that the browser kept back.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - resolution: How it came to its session.
    ///   - transport: The transport that would hand a new session out.
    func isCookieWithheld(from request: SessionRequest, _ resolution: ResolutionReason, transport: Int) -> Bool {
        guard resolution == .noToken, self.transports[transport].kind == .cookie else { return false }
        return self.configuration.cookie(for: request).isWithheld(from: request)
    }

    /// What the transports ask of clients that are to say who they are.
    func challenges(_ challenge: SessionChallenge) -> [String] {
        self.transports.compactMap { $0.transport.challenge(challenge) }
    }
}
