//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import LogAudit
import Sessions
import SessionsRedis
import Testing

/// A server that all tests share. The script of the tests starts it; a test has keys of its own.
enum SharedServer: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case redis = "REDIS"
    case valkey = "VALKEY"

    static let advice: Comment =
        "There are no servers: run the tests as Scripts/with-servers swift test --enable-all-traits"

    static var areStarted: Bool { ProcessInfo.processInfo.environment["SESSIONS_TEST_REDIS"] != nil }

    /// One client for each server, as an application has.
    private static let clients = Result { () throws -> [SharedServer: RedisClient] in
        try Dictionary(
            uniqueKeysWithValues: Self.allCases.map { server in
                // A machine that runs all tests at once is slow, and here nothing fails.
                var configuration = try RedisConfiguration(url: try server.variable("_USER"))
                configuration.commandDeadline = .seconds(60)
                configuration.queueLimit = 100_000
                return (server, try RedisClient(configuration, logger: LogAudit.logger()))
            })
    }

    var testDescription: String { self.rawValue.capitalized }

    /// A variable that the script has set.
    func variable(_ suffix: String = "") throws -> String {
        try #require(ProcessInfo.processInfo.environment["SESSIONS_TEST_\(self.rawValue)\(suffix)"])
    }

    /// A client that may do what the store does, and nothing else.
    var client: RedisClient {
        get throws { try #require(try Self.clients.get()[self]) }
    }

    /// A store that shares no key with any other.
    func store(_ configure: (inout RedisStoreConfiguration) -> Void = { _ in }) throws -> RedisSessionStore {
        var configuration = RedisStoreConfiguration()
        configuration.prefix = "\(UUID()):"
        configure(&configuration)
        return try RedisSessionStore(self.client, configuration: configuration)
    }
}
#endif
