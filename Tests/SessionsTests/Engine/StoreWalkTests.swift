//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Testing

@testable import Sessions

@Suite("A walk over many records")
struct StoreWalkTests {
    private static var unavailable: SessionError {
        .storeUnavailable(SessionStoreError.failedOthers, retryAfter: .seconds(1))
    }

    /// Runs a step that fails a number of times.
    ///
    /// - Returns: The limit of each attempt.
    private static func limits(_ walk: inout StoreWalk, failures: Int, _ error: any Error = Self.unavailable)
        async throws
        -> [Int]
    {
        var limits: [Int] = []
        try await walk.step { limit in
            limits.append(limit)
            if limits.count <= failures { throw error }
        }
        return limits
    }

    @Test("a failed step is retried with fewer records, and later steps grow again")
    func failedStepIsRetriedWithFewerRecords() async throws {
        var walk = StoreWalk()
        walk.finishPage()
        #expect(try await Self.limits(&walk, failures: 3) == [512, 256, 128, 64])
        #expect(try await Self.limits(&walk, failures: 0) == [64])
        #expect(try await Self.limits(&walk, failures: 0) == [128])
        #expect(try await Self.limits(&walk, failures: 1) == [256, 128])
        let many = try await Self.limits(&walk, failures: StoreWalk.attemptLimit - 1)
        #expect(many.count == StoreWalk.attemptLimit)
        #expect(many.last == 16)
    }

    @Test("a step that always fails ends the walk")
    func stepThatAlwaysFailsEndsTheWalk() async throws {
        var walk = StoreWalk()
        walk.finishPage()
        let error = await #expect(throws: SessionError.self) {
            _ = try await Self.limits(&walk, failures: StoreWalk.attemptLimit)
        }
        #expect(error?.code == .storeUnavailable)
    }

    @Test("no step of the first page is retried, and no other error is")
    func firstPageAndOtherErrorsAreNotRetried() async throws {
        var walk = StoreWalk()
        await #expect(throws: SessionError.self) { _ = try await Self.limits(&walk, failures: 1) }
        walk.finishPage()
        await #expect(throws: CancellationError.self) {
            _ = try await Self.limits(&walk, failures: 1, CancellationError())
        }
    }
}
