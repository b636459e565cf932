//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import Synchronization

/// The session of one request: the visitor's values, login and logout.
///
/// Reading and setting values is synchronous and sends nothing. Changes are stored before the head of the response
/// leaves, or by ``save()``. Operations that end, create or renew a session act at once: they are complete when they
/// return.
///
/// A visitor for whom nothing is stored has a `Session` too. It costs and stores nothing until a value is set or a user
/// logs in.
///
/// All methods may be called from several tasks at once.
public final class Session: Sendable {
    let engine: SessionEngine
    let request: SessionRequest
    let logger: Logger
    /// Which session the request has, and why.
    let resolution: ResolutionReason
    /// Whether the session came by an ambient transport, such as a cookie that browsers send by themselves, so that
    /// another site may have made the request. False for visitors without a session and for `Authorization: Bearer …`.
    public let isAuthenticatedByCookie: Bool
    /// Whether the request carried a credential that clients send deliberately, and it opened no session.
    let presentedInvalidToken: Bool
    private let state: Mutex<SessionState>
    /// Serializes operations.
    let operationLock = AsyncLock()

    /// The parameters are those of a ``SessionResolution``. They are separate, so that the session of nearly every
    /// request is moved to its place, and not copied ("memory: untouched").
    @inline(__always)  // "memory: untouched"
    init(
        engine: SessionEngine,
        request: consuming SessionRequest,
        logger: consuming Logger,
        reason: ResolutionReason,
        live: consuming SessionState.LoadedSession? = nil,
        detachment: SessionState.DetachReason? = nil,
        ended: SessionRecord? = nil,
        several: [SessionState.LoadedSession] = [],
        isOutdated: Bool = false,
        transport: Int = 0
    ) {
        self.engine = engine
        self.request = request
        self.logger = logger
        self.resolution = reason
        let (isAmbient, isRecognised) = (engine.transports[transport].isAmbient, live?.isNew == false)
        self.isAuthenticatedByCookie = isAmbient && isRecognised
        self.presentedInvalidToken =
            !isAmbient && !isRecognised && reason != .noToken && reason != .storeUnavailable
        let isPassive = self.request.isPassive
        self.state = Mutex(
            SessionState(
                live: live,
                detachment: detachment,
                ended: ended,
                several: several,
                isOutdated: isOutdated,
                transport: transport,
                isPassive: isPassive
            )
        )
    }

    convenience init(
        engine: SessionEngine,
        request: SessionRequest,
        logger: Logger,
        resolution: SessionResolution
    ) {
        self.init(
            engine: engine,
            request: request,
            logger: logger,
            reason: resolution.reason,
            live: resolution.live,
            detachment: resolution.detachment,
            ended: resolution.ended,
            several: resolution.several,
            isOutdated: resolution.isOutdated,
            transport: resolution.transport
        )
    }

    /// Whether an engine opened this session.
    public func belongs(to engine: SessionEngine) -> Bool { self.engine === engine }

    /// Marks the response as dependent on this session, so that no shared cache serves it to another visitor.
    ///
    /// Reading or changing the session marks it too. Adapters call this when a handler takes the session, or streams a
    /// body: what the body will read is unknown when the head of the response leaves.
    public func markAccessed() { self.withState { $0.wasAccessed = true } }

    /// Makes this request passive: it does not extend or renew the session, as with ``SessionRequest/isPassive``. This
    /// cannot be undone. It has no effect once the session is closed.
    public func markPassive() { self.withState { $0.isPassive = true } }

    /// Accesses the state on behalf of the library.
    func withState<Result>(_ body: (inout SessionState) throws -> Result) rethrows -> Result {
        try self.state.withLock { try body(&$0) }
    }

    /// Accesses the state on behalf of the handler, which makes the response depend on the session.
    func withAccessedState<Result>(_ body: (inout SessionState) throws -> Result) rethrows -> Result {
        try self.withState { state in
            state.wasAccessed = true
            return try body(&state)
        }
    }
}
