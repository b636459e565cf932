//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

private struct Item: Codable, Sendable, Equatable {
    var name: String
    var count = 1
}

/// A server of one of two releases.
private enum Release: CaseIterable {
    case old, new

    private static let oldCart = SessionKey<[String]>("cart")
    private static let newCart = SessionKey<[Item]>(
        "cart", version: 2, upgrading: [1: .step { (names: [String]) in names.map { Item(name: $0) } }])
    private static let oldVisits = SessionKey<Int>.counter("visits")
    private static let newVisits = SessionKey<Int>.counter("visits").versioned(
        2, upgrading: [1: .step { (visits: Int) in visits }])

    func add(_ name: String, to session: Session) {
        switch self {
        case .old:
            session[Self.oldCart].append(name)
            session[Self.oldVisits] += 1
        case .new:
            session[Self.newCart].append(Item(name: name))
            session[Self.newVisits] += 1
        }
    }

    /// What the newest release finds.
    static func contents(of session: Session) -> (cart: [String], visits: Int) {
        (session[self.newCart].map(\.name), session[self.newVisits])
    }
}

@Suite("Two releases on every store", .serialized)
struct ReleasesOnStoresTests {
    @Test(
        "a rollout, a rollback and a rollout under load lose no value and fail no request",
        arguments: EveryStore.started, EngineDriver.allCases)
    func rolloutAndRollback(_ store: EveryStore, _ driver: EngineDriver) async throws {
        try await store.withTwoEngines(driver) { engines in
            let fields = try await Self.visitor(engines[0])
            // The releases that serve in each phase.
            let phases: [[Release]] = [[.old], [.old, .new], [.new], [.new, .old], [.old], [.old, .new], [.new]]
            for (phase, releases) in phases.enumerated() {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in 0..<8 {
                        group.addTask {
                            let release = releases[worker % releases.count]
                            for number in 0..<4 {
                                try await Self.request(engines[(worker + number) % 2], fields) { session in
                                    release.add("item \(phase) \(worker) \(number)", to: session)
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let count = phases.count * 8 * 4
            try await Self.request(engines[1], fields) { session in
                // A near cache may be late.
                try await session.reload()
                let (cart, visits) = Release.contents(of: session)
                #expect(cart.count == count)
                #expect(Set(cart).count == count)
                #expect(visits == count)
            }
        }
    }

    private static func visitor(_ engine: SessionEngine) async throws -> HTTPFields {
        let session = try await engine.open(SessionRequest(headerFields: [:]), logger: LogAudit.logger())
        session[.theme] = "dark"
        var response = HTTPFields()
        try await engine.close(session, response: &response)
        let browser = TestBrowser()
        browser.receive(response, from: "https://example.com")
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: "https://example.com")
        return fields
    }

    private static func request(
        _ engine: SessionEngine,
        _ fields: HTTPFields,
        _ handler: (Session) async throws -> Void
    ) async throws {
        let session = try await engine.open(SessionRequest(headerFields: fields), logger: LogAudit.logger())
        try await handler(session)
        var response = HTTPFields()
        try await engine.close(session, response: &response)
    }
}
#endif
