//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
import SessionsTesting
import Testing

/// Laws that cannot fail say nothing. They are shown stored sessions with a mistake in either way of an engine.
@Suite("Laws: mistakes of either driver are found")
struct MutantTests {
    private static let laws: [@Sendable (LawBackend) async throws -> Void] = [
        LawsOfTokensTests().noChoice, LawsOfTokensTests().emptySession, LawsOfTokensTests().dump,
        LawsOfLifeTests().staysEnded, LawsOfLifeTests().immediate, LawsOfLifeTests().limits,
        LawsOfLifeTests().outlasted, LawsOfLifeTests().touches, LawsOfTroubleTests().nothingIsLost,
        LawsOfTroubleTests().beforeLogin, ImpersonationOfBackendsTests().endsWithActor,
    ]

    @Test(
        "a mistake in one way of an engine is found by a law",
        arguments: MutantSessions.Mistake.allCases, EngineDriver.allCases)
    func findsMutant(_ mistake: MutantSessions.Mistake, _ way: EngineDriver) async {
        await withKnownIssue("A law finds it.") {
            for law in Self.laws { try await law(.mutant(mistake, in: way)) }
        }
    }

    @Test("the same sessions without a mistake keep the laws", arguments: EngineDriver.allCases)
    func flawless(_ way: EngineDriver) async throws {
        for law in Self.laws { try await law(.mutant(nil, in: way)) }
    }
}

extension LawBackend {
    /// Stored sessions with a mistake in a way of the engine, and an engine that goes that way.
    fileprivate static func mutant(_ mistake: MutantSessions.Mistake?, in way: EngineDriver) -> LawBackend {
        LawBackend("stored, with a mistake", way) { MutantSessions.backend($0, mistake, in: way) }
    }
}
