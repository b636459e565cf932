//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
import SessionsTesting
import Testing

/// Runs each test of a suite with engines that have a driver, once for each driver.
struct EngineDriverTrait: SuiteTrait, TestTrait, TestScoping {
    let drivers: [EngineDriver]
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        for driver in self.drivers {
            try await EngineDriver.$current.withValue(driver) { try await function() }
        }
    }
}

extension Trait where Self == EngineDriverTrait {
    /// Runs each test twice: with engines that do not wait where they need not, and with engines that always do.
    static var bothDrivers: Self { EngineDriverTrait(drivers: EngineDriver.allCases) }

    /// Runs each test with engines that always wait.
    static var asynchronousDriver: Self { EngineDriverTrait(drivers: [.asynchronous]) }
}
