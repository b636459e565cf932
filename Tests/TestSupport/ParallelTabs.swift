//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes
import LogAudit
package import Sessions

/// Many tabs of one browser that begin and finish handshakes in random order on several servers.
package struct ParallelTabs: Sendable {
    /// What happened to the handshakes.
    package struct Outcome: Sendable, Equatable {
        /// Handshakes that one request finished.
        package var finished = 0
        /// Handshakes that no request finished, or that returned another flow.
        package var lost = 0
        /// Handshakes that more than one request finished.
        package var finishedTwice = 0
        /// States of others, of another kind, or from before that were accepted.
        package var wronglyAccepted = 0
    }

    let engines: [SessionEngine]
    let fields: HTTPFields

    /// - Parameters:
    ///   - engines: The servers, on one store.
    ///   - fields: The header fields of the browser, which has a session.
    package init(_ engines: [SessionEngine], _ fields: HTTPFields) {
        self.engines = engines
        self.fields = fields
    }

    /// Runs the tabs, at most as many at once as handshakes can wait.
    package func run(count: Int) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            let workers = Session.maximumWaitingHandshakes
            for worker in 0..<workers {
                group.addTask {
                    var outcome = Outcome()
                    for number in stride(from: worker, to: count, by: workers) { try await self.tab(number, &outcome) }
                    return outcome
                }
            }
            return try await group.reduce(into: Outcome()) { sum, outcome in
                sum.finished += outcome.finished
                sum.lost += outcome.lost
                sum.finishedTwice += outcome.finishedTwice
                sum.wronglyAccepted += outcome.wronglyAccepted
            }
        }
    }

    private func tab(_ number: Int, _ outcome: inout Outcome) async throws {
        let (key, other) = (HandshakeKey<Int>("tab"), HandshakeKey<Int>("other"))
        let state = try await self.request { try await $0.begin(key, number, for: .seconds(600)) }
        for _ in 0..<Int.random(in: 0..<20) { await Task.yield() }
        let swapped = try await self.request { try await $0.finish(other, state) }
        let flows = try await withThrowingTaskGroup(of: Int?.self) { group in
            for _ in 0..<3 { group.addTask { try await self.request { try await $0.finish(key, state) } } }
            return try await group.reduce(into: [Int?]()) { $0.append($1) }
        }
        let again = try await self.request { try await $0.finish(key, state) }
        let successes = flows.compactMap { $0 }
        outcome.finished += successes == [number] ? 1 : 0
        outcome.lost += successes.contains(number) ? 0 : 1
        outcome.finishedTwice += successes.count > 1 ? 1 : 0
        outcome.wronglyAccepted += (swapped == nil ? 0 : 1) + (again == nil ? 0 : 1)
    }

    /// A request on any of the servers.
    private func request<Result: Sendable>(_ body: (Session) async throws -> Result) async throws -> Result {
        guard let engine = self.engines.randomElement() else { throw CancellationError() }
        let session = try await engine.open(SessionRequest(headerFields: self.fields), logger: LogAudit.logger())
        let result = try await body(session)
        var response = HTTPFields()
        try await engine.close(session, response: &response)
        return result
    }
}
