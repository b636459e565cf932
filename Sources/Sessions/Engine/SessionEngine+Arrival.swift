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
    func arrival(of request: SessionRequest, logger: Logger) async throws -> Arrival {
        var arrivals: [Arrival] = []
        for index in self.transports.indices {
            var reading = SessionTokenReading(of: self.form(for: request))
            try self.read(request, by: index, into: &reading, logger: logger)
            guard !reading.isEmpty else { continue }
            arrivals.append(try await self.arrival(of: reading, by: index, request, logger: logger))
        }
        guard !arrivals.isEmpty else {
            return try await self.arrival(
                of: SessionTokenReading(of: self.form(for: request)), by: 0, request, logger: logger)
        }
        return try self.settle(arrivals, logger: logger)
    }

    /// Puts what a transport finds in a request into a reading.
    @inline(__always)
    func read(
        _ request: SessionRequest,
        by index: Int,
        into reading: inout SessionTokenReading,
        logger: Logger
    ) throws(SessionError) {
        self.transports[index].read(request, into: &reading)
        if let refusal = reading.refusal { throw self.refuse(refusal, logger: logger) }
    }

    private func refuse(_ challenge: SessionChallenge, logger: Logger) -> SessionError {
        self.configuration.report(.refused, .malformed, to: logger)
        return .invalidCredentials(challenge, challenges: self.challenges(challenge))
    }

    /// What a request stands on by what one transport found in it.
    func arrival(
        of reading: SessionTokenReading,
        by index: Int,
        _ request: SessionRequest,
        logger: Logger
    ) async throws -> Arrival {
        var arrival: Arrival
        do {
            arrival = try await self.keeper.arrival(of: reading, request, logger: logger)
            if arrival.reason == .malformed { self.configuration.report(.refused, .malformed, to: logger) }
        } catch let error as SessionError {
            let policy = request.onStoreFailure ?? self.configuration.onStoreFailure
            self.configuration.report(storeFailure: error, .opening, to: logger)
            guard policy.goesOnAnonymously else { throw error }
            arrival = Arrival(standing: .detached(.storeUnavailable(error)), reason: .storeUnavailable)
        }
        arrival.transport = index
        return arrival
    }

    /// One visitor of what came by several transports, or nobody; never two made into one.
    private func settle(_ arrivals: [Arrival], logger: Logger) throws(SessionError) -> Arrival {
        let ids = Set(arrivals.compactMap(\.recognisedID))
        guard ids.count <= 1, arrivals.count == 1 || !arrivals.contains(where: { $0.reason == .several }) else {
            // Of several by one transport its keeper has said so.
            if ids.count > 1 { self.configuration.report(several: ids.sorted(), to: logger) }
            throw .conflictingSessions
        }
        // What a program sent on purpose says more than what a browser sends of its own accord.
        let deliberate = arrivals.first { !self.transports[$0.transport].isAmbient }
        guard let deliberate else { return arrivals.first { $0.recognisedID != nil } ?? arrivals[0] }
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
