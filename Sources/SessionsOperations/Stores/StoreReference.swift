//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation

/// What the command line says of a store. Passwords come from the environment or a file, never from an argument, which
/// other users of the machine can read in the list of processes.
package struct StoreReference: Sendable {
    /// The variable with the URL of the store.
    package static let variable = "SESSIONS_STORE"
    /// The variable with the password of the store.
    package static let passwordVariable = "SESSIONS_STORE_PASSWORD"

    /// The store, or `env:NAME`. Nil: ``variable``.
    package var argument: String?
    /// A file with the password. Nil: ``passwordVariable``, or none.
    package var passwordFile: String?

    package init(argument: String?, passwordFile: String? = nil) {
        self.argument = argument
        self.passwordFile = passwordFile
    }

    /// The store.
    ///
    /// - Throws: ``OperationError``.
    package func location(in environment: [String: String]) throws(OperationError) -> StoreLocation {
        let location = try self.locationWithoutPassword(in: environment)
        guard let password = try self.password(in: environment) else { return location }
        guard !location.hasPassword else {
            guard self.passwordFile != nil else { return location }
            throw OperationError(
                .usage,
                "There are two passwords of the store: take the one out of the URL, or leave out --password-file.")
        }
        guard let secured = location.withPassword(password) else {
            guard self.passwordFile != nil else { return location }
            throw OperationError(.usage, "--password-file means nothing with a store of the kind \(location.name).")
        }
        return secured
    }

    private func locationWithoutPassword(in environment: [String: String]) throws(OperationError) -> StoreLocation {
        let isVariable = self.argument == nil || self.argument?.hasPrefix("env:") == true
        let name = self.argument.map { String($0.dropFirst("env:".count)) } ?? Self.variable
        guard let text = isVariable ? environment[name] : self.argument, !text.isEmpty else {
            throw OperationError(
                .usage,
                self.argument == nil
                    ? "Which store? Give --store URL, or set the environment variable \(Self.variable)."
                    : "The environment variable \(name) is not set: set it to the URL of the store."
            )
        }
        guard let location = StoreLocation(text), location != .memory else {
            throw OperationError(
                .usage,
                """
                That is no store: give sqlite:PATH, redis://…, redis-cluster://…, redis-sentinel://… or postgres://…. A \
                store in memory is known to its server alone.
                """
            )
        }
        guard isVariable || !location.hasPassword else {
            throw OperationError(
                .usage,
                """
                A password on the command line is visible to every user of this machine: put the whole URL into the \
                environment variable \(Self.variable), name another variable as env:NAME, or leave the password out of \
                the URL and give --password-file FILE or the variable \(Self.passwordVariable).
                """
            )
        }
        return location
    }

    private func password(in environment: [String: String]) throws(OperationError) -> String? {
        guard let path = self.passwordFile else {
            return environment[Self.passwordVariable].flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let data = FileManager.default.contents(atPath: path), data.count <= 4_096,
            let text = String(validating: data, as: UTF8.self)
        else {
            throw OperationError(
                .noInput, "The file with the password \(path) cannot be read: give a text file of one line.")
        }
        let password = text.trimmingCharacters(in: .newlines)
        guard !password.isEmpty else {
            throw OperationError(.data, "The file with the password \(path) is empty: write the password into it.")
        }
        return password
    }
}
#endif
