//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import ArgumentParser
import Foundation
import SessionsOperations

/// The options that name a store.
struct StoreArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The store. (default: the environment variable SESSIONS_STORE)", valueName: "url")
    )
    var store: String?

    @Option(
        help: ArgumentHelp(
            "A file with the password of the store. (default: the variable SESSIONS_STORE_PASSWORD, or none)",
            valueName: "file"))
    var passwordFile: String?

    @OptionGroup var details: StoreDetails

    /// Whether a store is named, here or in the environment.
    var isNamed: Bool {
        self.store != nil || ProcessInfo.processInfo.environment[StoreReference.variable].map { !$0.isEmpty } ?? false
    }

    func location() throws -> StoreLocation {
        try StoreReference(argument: self.store, passwordFile: self.passwordFile)
            .location(in: ProcessInfo.processInfo.environment)
    }

    /// Opens the store, calls the body, and closes the store. It creates nothing.
    func withStore<Result>(_ body: (OpenedSessionStore) async throws -> Result) async throws -> Result {
        let opened = try await OpenedSessionStore(
            self.location(), self.details.options(createsMissing: false), logger: CommandLog.logger)
        do {
            let result = try await body(opened)
            await opened.close()
            return result
        } catch {
            await opened.close()
            throw error
        }
    }
}

/// The options of a store that are not in its URL. Servers have the same.
struct StoreDetails: ParsableArguments {
    @Option(help: ArgumentHelp("The beginning of all keys in Redis.", valueName: "prefix"))
    var redisPrefix = "sessions:"

    @Option(
        help: ArgumentHelp(
            "Who signed the certificate of a rediss:// server: a PEM file. (default: whom the system trusts)",
            valueName: "file"))
    var redisAuthority: String?

    @Option(help: ArgumentHelp("The schema of the tables in PostgreSQL.", valueName: "name"))
    var postgresSchema = "sessions"

    @Option(help: ArgumentHelp("The beginning of the names of the tables in PostgreSQL.", valueName: "prefix"))
    var postgresTablePrefix = ""

    @Flag(help: "A pooler such as PgBouncer, in its transaction mode, is in front of PostgreSQL.")
    var postgresPooler = false

    @Flag(help: "The servers publish endings in PostgreSQL (reportsEndings), and so does this command.")
    var postgresReportsEndings = false

    func options(createsMissing: Bool) -> SessionStoreOptions {
        var options = SessionStoreOptions()
        options.redisPrefix = self.redisPrefix
        options.redisAuthority = self.redisAuthority
        options.postgresSchema = self.postgresSchema
        options.postgresTablePrefix = self.postgresTablePrefix
        options.isPostgresPooled = self.postgresPooler
        options.postgresReportsEndings = self.postgresReportsEndings
        options.createsMissing = createsMissing
        return options
    }
}

/// The form of the output.
struct OutputArguments: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
}
#endif
