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
    private let engine: SessionEngine
    private let request: SessionRequest
    private let logger: Logger
    private var operation: OpenOperation
    private var step: OpenOperation.Step

    /// - Throws: ``SessionError`` with the code `invalidCredentials` when a transport rejects what the request carries.
    init(
        _ request: SessionRequest,
        logger: Logger,
        _ engine: SessionEngine,
        first: consuming OpenOperation.Event? = nil
    ) throws(SessionError) {
        self.engine = engine
        self.request = request
        self.logger = logger
        self.operation = try engine.openOperation(for: request, logger: logger)
        self.step = self.operation.next(.started)
        switch consume first {
        case .some(let event): self.step = self.operation.next(event)
        case .none: break
        }
    }

    private var origin: EventOrigin { EventOrigin(self.request, self.logger, self.engine.environment.configuration) }

    /// Continues as long as no asynchronous call is needed.
    ///
    /// - Returns: Nil when one is needed.
    mutating func performWithoutWaiting() throws(SessionError) -> Session? {
        while true {
            switch self.step {
            case .perform(let action):
                guard let event = self.performWithoutWaiting(action) else { return nil }
                self.step = self.operation.next(event)
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
        case .loadSecrets, .endReplayed:
            return nil
        }
    }

    /// Continues to the end.
    mutating func perform() async throws -> Session {
        let origin = self.origin
        while true {
            switch self.step {
            case .perform(let action):
                let event: OpenOperation.Event
                do {
                    event = try await self.engine.driver.perform(action, for: self.request, origin: origin)
                } catch let error as SessionError {
                    event = .failed(error)
                }
                self.step = self.operation.next(event)
            case .finish(let resolution):
                return self.session(resolution)
            case .fail(let error):
                throw error
            }
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
        case .endReplayed(let record):
            let live = SessionState.LoadedSession(record: record, token: .placeholder(record.id), isNew: false)
            return .endedReplayed(record, isEnded: try await self.end(live))
        case .report(let report):
            self.environment.configuration.report(report, from: origin)
            return .reported
        }
    }
}

extension SessionEngine {
    /// Extracts the credentials of a request, for all transports.
    fileprivate func openOperation(for request: SessionRequest, logger: Logger) throws(SessionError) -> OpenOperation {
        let environment = self.environment
        let onStoreFailure = request.onStoreFailure ?? environment.configuration.onStoreFailure
        var operation: OpenOperation?
        for index in environment.transports.indices {
            var credentials = ExtractedCredentials(of: self.credentialFormat(for: request))
            try self.read(request, by: index, into: &credentials, logger: logger)
            if credentials.isEmpty { continue }
            if operation == nil {
                operation = OpenOperation(credentials, by: index, onStoreFailure: onStoreFailure, environment)
            } else {
                operation?.add(credentials, by: index)
            }
        }
        return operation
            ?? OpenOperation(ExtractedCredentials(), by: 0, onStoreFailure: onStoreFailure, environment)
    }

    /// Reads the credentials that one transport finds in a request.
    ///
    /// - Throws: ``SessionError`` with the code `invalidCredentials` when the transport refuses what it finds.
    func read(
        _ request: SessionRequest,
        by index: Int,
        into credentials: inout ExtractedCredentials,
        logger: Logger
    ) throws(SessionError) {
        let environment = self.environment
        environment.transports[index].read(request, into: &credentials)
        guard let refusal = credentials.refusal else { return }
        let origin = EventOrigin(request, logger, environment.configuration)
        environment.configuration.report(SessionReport(.refused, .malformed), from: origin)
        throw .invalidCredentials(refusal, challenges: environment.challenges(refusal))
    }

    @inline(__always)
    fileprivate func lookUpWithoutWaiting(
        _ credential: SessionCredential,
        for request: SessionRequest
    ) -> OpenOperation.Event? {
        do {
            guard let finding = try self.driver.lookUpWithoutWaiting(credential, for: request) else { return nil }
            return .found(finding)
        } catch {
            return (error as? SessionError).map { .failed($0) }
        }
    }

    /// Opens a session as far as nothing must be waited for. Not asynchronous, so that what is rare needs no room in
    /// the frame of every request ("memory: no cookie").
    func openWithoutWaiting(_ request: consuming SessionRequest, logger: consuming Logger) throws(SessionError)
        -> Progress<Session, SessionOpening>
    {
        if self.canSkipLookupWithoutCookie, !CookieHeader.isPresent(in: request.headerFields) {
            return .finished(Session(engine: self, request: request, logger: logger, reason: .noToken))
        }
        var first: OpenOperation.Event?
        if self.worksWithoutWaiting, self.environment.transports.count == 1 {
            // Nearly every request has one credential, which opens a live session ("memory: untouched").
            var credentials = ExtractedCredentials(of: self.credentialFormat(for: request))
            try self.read(request, by: 0, into: &credentials, logger: logger)
            if let credential = credentials.credentials.takeSingle() {
                let event = self.lookUpWithoutWaiting(credential, for: request)
                switch consume event {
                case .found(.live(let live, let isOutdated))?:
                    return .finished(
                        Session(
                            engine: self,
                            request: request,
                            logger: logger,
                            reason: ResolutionReason(found: live),
                            live: live,
                            isOutdated: credentials.isOutdated || isOutdated
                        )
                    )
                case let event:
                    first = event
                }
            }
        }
        var opening = try SessionOpening(request, logger: logger, self, first: first)
        guard self.worksWithoutWaiting, let session = try opening.performWithoutWaiting() else {
            return .waiting(opening)
        }
        return .finished(session)
    }

    /// Opens a session that must be waited for.
    func open(_ progress: Progress<Session, SessionOpening>) async throws -> Session {
        switch progress {
        case .finished(let session):
            return session
        case .waiting(var opening):
            return try await self.traced("session.open") {
                try await opening.perform()
            } describe: { session, span in
                session.describe(in: span)
            }
        }
    }
}
