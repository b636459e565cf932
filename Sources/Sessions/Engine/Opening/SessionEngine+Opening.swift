//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension SessionEngine {
    /// Extracts the credentials of a request, for all transports.
    func openOperation(for request: SessionRequest, logger: Logger) throws(SessionError) -> OpenOperation {
        var operation: OpenOperation?
        for index in self.environment.transports.indices {
            var credentials = ExtractedCredentials(of: self.credentialFormat(for: request))
            try self.read(request, by: index, into: &credentials, logger: logger)
            if credentials.isEmpty { continue }
            if operation == nil {
                operation = self.openOperation(for: request, credentials, by: index)
            } else {
                operation?.add(credentials, by: index)
            }
        }
        return operation ?? self.openOperation(for: request, ExtractedCredentials(), by: 0)
    }

    func openOperation(for request: SessionRequest, _ credentials: ExtractedCredentials, by index: Int)
        -> OpenOperation
    {
        let onStoreFailure = request.onStoreFailure ?? self.environment.configuration.onStoreFailure
        return OpenOperation(credentials, by: index, onStoreFailure: onStoreFailure, self.environment)
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
        let origin = EventOrigin(request, logger, environment)
        environment.configuration.report(SessionReport(.refused, .malformed), from: origin)
        throw .invalidCredentials(refusal, challenges: environment.challenges(refusal))
    }

    @inline(__always)  // "memory: untouched"
    func lookUpWithoutWaiting(
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
        guard self.worksWithoutWaiting, self.environment.transports.count == 1 else {
            return try self.continueWithoutWaiting(SessionOpening(request, logger: logger, self))
        }
        // Nearly every request has one credential, which opens a live session ("memory: untouched").
        var credentials = ExtractedCredentials(of: self.credentialFormat(for: request))
        try self.read(request, by: 0, into: &credentials, logger: logger)
        guard let credential = credentials.credentials.takeSingle() else {
            return try self.continueWithoutWaiting(SessionOpening(request, logger: logger, self, credentials))
        }
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
        case let event?:
            credentials.add(credential)
            return try self.continueWithoutWaiting(SessionOpening(request, logger: logger, self, credentials, event))
        case nil:
            return .waiting(SessionOpening(request, logger: logger, self, credential, without: credentials))
        }
    }

    private func continueWithoutWaiting(_ opening: consuming SessionOpening) throws(SessionError)
        -> Progress<Session, SessionOpening>
    {
        var opening = consume opening
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
        case .waiting(let opening):
            return try await self.traced("session.open") {
                try await opening.perform()
            } describe: { session, span in
                session.describe(in: span)
            }
        }
    }
}
