//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

/// Opens the session of a request. It performs the actions of an ``OpenOperation``, synchronously as long as the
/// backend responds synchronously, and asynchronously from there on.
struct SessionOpening {
    private enum Stage {
        /// The only credential of a request, as nearly every request has one, must be looked up asynchronously. If it
        /// opens a live session, no operation is made ("asynchronous: untouched").
        case credential(SessionCredential, ExtractedCredentials)
        indirect case operation(OpenOperation, OpenOperation.Step)
    }

    private let engine: SessionEngine
    private let request: SessionRequest
    private let logger: Logger
    private var stage: Stage

    private init(_ request: SessionRequest, logger: Logger, _ engine: SessionEngine, _ stage: Stage) {
        self.engine = engine
        self.request = request
        self.logger = logger
        self.stage = stage
    }

    /// - Throws: ``SessionError`` with the code `invalidCredentials` when a transport rejects what the request carries.
    init(_ request: SessionRequest, logger: Logger, _ engine: SessionEngine) throws(SessionError) {
        var operation = try engine.openOperation(for: request, logger: logger)
        let step = operation.next(.started)
        self.init(request, logger: logger, engine, .operation(operation, step))
    }

    /// - Parameters:
    ///   - credentials: What the only transport found in the request.
    ///   - event: What the only credential opens, if it was looked up.
    init(
        _ request: SessionRequest,
        logger: Logger,
        _ engine: SessionEngine,
        _ credentials: ExtractedCredentials,
        _ event: consuming OpenOperation.Event? = nil
    ) {
        let (operation, step) = Self.begin(request, engine, credentials, event)
        self.init(request, logger: logger, engine, .operation(operation, step))
    }

    /// - Parameters:
    ///   - credential: The only credential of the request. It must be looked up asynchronously.
    ///   - credentials: What the only transport found in the request, without the credential.
    init(
        _ request: SessionRequest,
        logger: Logger,
        _ engine: SessionEngine,
        _ credential: SessionCredential,
        without credentials: ExtractedCredentials
    ) {
        self.init(request, logger: logger, engine, .credential(credential, credentials))
    }

    private static func begin(
        _ request: SessionRequest,
        _ engine: SessionEngine,
        _ credentials: ExtractedCredentials,
        _ event: consuming OpenOperation.Event?
    ) -> (OpenOperation, OpenOperation.Step) {
        var operation = engine.openOperation(for: request, credentials, by: 0)
        var step = operation.next(.started)
        switch consume event {
        case let event?: step = operation.next(event)
        case nil: break
        }
        return (operation, step)
    }

    private var origin: EventOrigin { EventOrigin(self.request, self.logger, self.engine.environment) }

    /// Continues as long as no asynchronous call is needed.
    ///
    /// - Returns: Nil when one is needed.
    mutating func performWithoutWaiting() throws(SessionError) -> Session? {
        guard case .operation(var operation, var step) = self.stage else { return nil }
        while true {
            switch step {
            case .perform(let action):
                guard let event = self.performWithoutWaiting(action) else {
                    self.stage = .operation(operation, step)
                    return nil
                }
                step = operation.next(event)
            case .finish(let resolution):
                return self.session(resolution)
            case .fail(let error):
                throw error
            }
        }
    }

    private func performWithoutWaiting(_ action: OpenOperation.Action) -> OpenOperation.Event? {
        switch action {
        case .lookUp(let credential):
            return self.engine.lookUpWithoutWaiting(credential, for: self.request)
        case .report(let report):
            self.engine.environment.configuration.report(report, from: self.origin)
            return .reported
        case .loadSecrets, .endCopied, .checkActor:
            return nil
        }
    }

    /// Continues to the end.
    func perform() async throws -> Session {
        let origin = self.origin
        var operation: OpenOperation
        var step: OpenOperation.Step
        switch self.stage {
        case .credential(let credential, var credentials):
            let event = try await self.perform(.lookUp(credential), origin)
            switch consume event {
            case .found(.live(let live, let isOutdated)):
                return self.session(
                    SessionResolution(found: live, isOutdated: credentials.isOutdated || isOutdated))
            case let event:
                credentials.add(credential)
                (operation, step) = Self.begin(self.request, self.engine, credentials, event)
            }
        case .operation(let started, let next):
            (operation, step) = (started, next)
        }
        while true {
            switch step {
            case .perform(let action):
                step = operation.next(try await self.perform(action, origin))
            case .finish(let resolution):
                return self.session(resolution)
            case .fail(let error):
                throw error
            }
        }
    }

    private func perform(_ action: OpenOperation.Action, _ origin: EventOrigin) async throws -> OpenOperation.Event {
        do {
            return try await self.engine.driver.perform(action, for: self.request, origin: origin)
        } catch let error as SessionError {
            return .failed(error)
        }
    }

    private func session(_ resolution: consuming SessionResolution) -> Session {
        let driver = self.engine.driver
        if driver.takeLoss() {
            self.engine.environment.configuration.report(
                SessionReport(.suspicious, .lostRevocations), from: self.origin)
        }
        if !resolution.isRecognised, let live = driver.sessionForVisitor() { resolution.begin(live) }
        return Session(engine: self.engine, request: self.request, logger: self.logger, resolution: resolution)
    }
}

extension BackendDriver {
    /// Performs an action of an opening asynchronously.
    func perform(_ action: OpenOperation.Action, for request: SessionRequest, origin: EventOrigin) async throws
        -> OpenOperation.Event
    {
        switch action {
        case .lookUp(let credential):
            return .found(try await self.lookUp(credential, for: request, origin: origin))
        case .loadSecrets(let id):
            return .loadedSecrets(try await self.endedSecrets(of: id))
        case .checkActor(let record, let token):
            return .found(try await self.checkActor(of: record, token, for: request, origin: origin))
        case .endCopied(let record, let reason):
            let live = SessionState.LoadedSession(record: record, token: .placeholder(record.id), isNew: false)
            return .endedCopied(record, reason, isEnded: try await self.end(live))
        case .report(let report):
            self.environment.configuration.report(report, from: origin)
            return .reported
        }
    }
}
