//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
import SessionsTesting
import Testing

/// Runs each test of a suite twice: with engines that do not wait where they need not, and with engines that always do.
struct BothDriversTrait: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        for driver in EngineDriver.allCases {
            try await EngineDriver.$current.withValue(driver) { try await function() }
        }
    }
}

extension Trait where Self == BothDriversTrait {
    /// Runs each test with both drivers of the engine.
    static var bothDrivers: Self { BothDriversTrait() }
}
