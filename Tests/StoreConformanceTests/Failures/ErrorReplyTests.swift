//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Testing

@testable import SessionsRedis

@Suite(
    "When Redis replies with an error",
    .enabled(if: SharedServer.areStarted, SharedServer.advice), .serialized, .timeLimit(.minutes(5)))
struct ErrorReplyTests {
    @Test("an error reply of a server fails each call, and makes no list empty", arguments: ErrorReply.all)
    func server(_ reply: ErrorReply) async throws {
        try await RedisFaultScenario.with { try await $0.expectErrors(from: reply) }
    }

    @Test("an error reply of a server of a cluster fails each call, and makes no list empty", arguments: ErrorReply.all)
    func cluster(_ reply: ErrorReply) async throws {
        try await RedisFaultScenario.withCluster { try await $0.expectErrors(from: reply) }
    }
}
#endif
