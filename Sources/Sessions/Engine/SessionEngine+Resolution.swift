//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension SessionEngine {
    /// Finds out what a request stands on, by whatever transports its visitor came.
    ///
    /// - Throws: ``SessionError``: what a transport refused, `conflictingSessions`, or `storeUnavailable`.
    func resolution(of request: SessionRequest, origin: EventOrigin) async throws -> SessionResolution {
        var resolutions: [SessionResolution] = []
        for index in self.transports.indices {
            var reading = ExtractedCredentials(of: self.form(for: request))
            try self.read(request, by: index, into: &reading, logger: origin.logger)
            guard !reading.isEmpty else { continue }
            resolutions.append(try await self.resolution(of: reading, by: index, request, origin: origin))
        }
        guard !resolutions.isEmpty else {
            return try await self.resolution(
                of: ExtractedCredentials(of: self.form(for: request)), by: 0, request, origin: origin)
        }
        return try self.settle(resolutions, origin: origin)
    }

    /// Puts what a transport finds in a request into a reading.
    @inline(__always)
    func read(
        _ request: SessionRequest,
        by index: Int,
        into reading: inout ExtractedCredentials,
        logger: Logger
    ) throws(SessionError) {
        self.transports[index].read(request, into: &reading)
        if let refusal = reading.refusal {
            throw self.refuse(refusal, EventOrigin(request, logger, self.configuration))
        }
    }

    private func refuse(_ challenge: SessionChallenge, _ origin: EventOrigin) -> SessionError {
        self.configuration.report(.refused, .malformed, from: origin)
        return .invalidCredentials(challenge, challenges: self.challenges(challenge))
    }

    /// What a request stands on by what one transport found in it.
    func resolution(
        of reading: ExtractedCredentials,
        by index: Int,
        _ request: SessionRequest,
        origin: EventOrigin
    ) async throws -> SessionResolution {
        var resolution: SessionResolution
        do {
            resolution = try await self.driver.resolution(of: reading, request, origin: origin)
            if resolution.reason == .malformed { self.configuration.report(.refused, .malformed, from: origin) }
        } catch let error as SessionError {
            let policy = request.onStoreFailure ?? self.configuration.onStoreFailure
            self.configuration.report(storeFailure: error, .opening, from: origin)
            guard policy.continuesAnonymously else { throw error }
            resolution = SessionResolution(standing: .detached(.storeUnavailable(error)), reason: .storeUnavailable)
        }
        resolution.transport = index
        return resolution
    }

    /// One visitor of what came by several transports, or nobody; never two made into one.
    private func settle(_ all: [SessionResolution], origin: EventOrigin) throws(SessionError) -> SessionResolution {
        // A token that a program sends on purpose outweighs a session in which no one is logged in, which a browser
        // sends by itself. Two users are never made into one.
        let isDeliberate = all.contains { !self.transports[$0.transport].isAmbient && $0.isRecognised }
        let resolutions =
            isDeliberate ? all.filter { !(self.transports[$0.transport].isAmbient && $0.isAnonymous) } : all
        let ids = Set(resolutions.compactMap(\.recognisedID))
        guard ids.count <= 1, resolutions.count == 1 || !resolutions.contains(where: { $0.reason == .several }) else {
            // Of several by one transport its driver has said so.
            if ids.count > 1 { self.configuration.report(several: ids.sorted(), from: origin) }
            throw .conflictingSessions
        }
        // What a program sent on purpose says more than what a browser sends of its own accord.
        let deliberate = resolutions.first { !self.transports[$0.transport].isAmbient }
        guard let deliberate else { return resolutions.first { $0.recognisedID != nil } ?? resolutions[0] }
        // And when it opens nothing, nobody else must be taken for its sender.
        guard deliberate.recognisedID != nil || ids.isEmpty || deliberate.isOutage else {
            throw .invalidCredentials(.unknownToken, challenges: self.challenges(.unknownToken))
        }
        return deliberate
    }

    /// What the transports ask of clients that are to say who they are.
    func challenges(_ challenge: SessionChallenge) -> [String] {
        self.transports.compactMap { $0.transport.challenge(challenge) }
    }
}
