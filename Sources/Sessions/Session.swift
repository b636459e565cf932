//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import Synchronization

/// The session of one request: what is remembered of the visitor, who they are, and how they are forgotten.
///
/// Reading and setting values is synchronous and sends nothing; what was changed is stored before the head of the
/// response leaves, or by ``save()``. The operations that end, create or renew a session act at once: when they return,
/// it has happened.
///
/// A visitor of whom nothing is remembered has a `Session` too; it costs nothing and stores nothing until a value is
/// set or somebody logs in.
///
/// All of it may be called from several tasks at once.
public final class Session: Sendable {
    let engine: SessionEngine
    let request: SessionRequest
    let logger: Logger
    /// How the request came to what it stands on.
    let resolution: ResolutionReason
    /// Whether the request came with its session by a transport that clients use of their own accord, as browsers send
    /// cookies, so that another site may have made it. False for visitors, and for what came as
    /// `Authorization: Bearer …`.
    public let isAuthenticatedByCookie: Bool
    /// Whether the request carried something that a client sends on purpose, and it opened nothing.
    let presentedInvalidToken: Bool
    private let state: Mutex<SessionState>
    /// One operation at a time.
    let gate = AsyncLock()

    @inline(__always)
    init(
        engine: SessionEngine,
        request: consuming SessionRequest,
        logger: consuming Logger,
        resolution: consuming SessionResolution
    ) {
        self.engine = engine
        self.request = request
        self.logger = logger
        self.resolution = resolution.reason
        let (isAmbient, isRecognised) = (engine.transports[resolution.transport].isAmbient, resolution.isRecognised)
        self.isAuthenticatedByCookie = isAmbient && isRecognised
        self.presentedInvalidToken =
            !isAmbient && !isRecognised && resolution.reason != .noToken && !resolution.isOutage
        let isPassive = self.request.isPassive
        self.state = Mutex(SessionState(resolution, isPassive: isPassive))
    }

    /// Whether an engine opened this session.
    public func belongs(to engine: SessionEngine) -> Bool { self.engine === engine }

    /// Notes that the response depends on this session, so that no shared cache gives it to another visitor.
    ///
    /// Reading or changing the session notes it as well. Adapters call this when a handler takes the session, or
    /// answers with a body that is streamed: what the body reads is not known when the head of the response leaves.
    public func markAccessed() { self.withState { $0.wasAccessed = true } }

    /// Has this request read the session without extending or renewing it, as
    /// ``SessionRequest/isPassive`` does. There is no way back. It has no effect once the session is closed.
    public func markPassive() { self.withState { $0.isPassive = true } }

    /// Reads or changes the state for the library itself.
    func withState<Result>(_ body: (inout SessionState) throws -> Result) rethrows -> Result {
        try self.state.withLock { try body(&$0) }
    }

    /// Reads or changes the state for the handler, which makes the response depend on the session.
    func access<Result>(_ body: (inout SessionState) throws -> Result) rethrows -> Result {
        try self.withState { state in
            state.wasAccessed = true
            return try body(&state)
        }
    }
}
