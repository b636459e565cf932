//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ShowcaseKit

/// The texts of the pages about a backend.
extension BackendSettings {
    var placeText: String {
        let place =
            switch self.store {
            case .memory: "in memory"
            case .sqlite: "in an SQLite file"
            case .redis: "in Redis"
            case .postgres: "in PostgreSQL"
            case .sealed: "in their cookies, sealed"
            case .tokenOnly: "nowhere: there are only tokens"
            }
        let move = self.moving.map { "\($0.phase) to \($0.target.name)" }
        return [
            place, self.store.isStored ? move : nil, self.isEncryptedAtRest ? "encrypted" : nil,
            self.isSigned ? "with signed tokens" : nil,
        ]
        .compactMap { $0 }.joined(separator: ", ")
    }

    /// Nil if a session ends in its store.
    var endingsText: String? {
        switch self.sealedRevocation {
        case nil: nil
        case .memory: "in memory, until a restart"
        case .sqlite: "in an SQLite file, asked \(self.revocationAge > .zero ? "once in a while" : "every time")"
        case .postgres: "in PostgreSQL, asked \(self.revocationAge > .zero ? "once in a while" : "every time")"
        case .redis: "in Redis, asked \(self.revocationAge > .zero ? "once in a while" : "every time")"
        case .nowhere: "nowhere"
        }
    }

    /// Nil if no keys are needed.
    var keysText: String? {
        guard self.needsKeys else { return nil }
        return switch self.keys {
        case nil: "of this process alone"
        case .file: "in a file"
        case .environment: "in the environment"
        }
    }

    var countText: String {
        self.store == .sealed
            ? "Of parallel requests the last one to be answered wins." : "Parallel requests lose none."
    }

    /// The effects of a login.
    func loginTexts(_ username: String) -> [String] {
        [
            "The session that you came with has ended. Anyone who knew its cookie is not logged in with it.",
            """
            This one has another id and another \(self.store == .sealed ? "seal" : "secret"). The values of a visitor \
            come along; those of another user would not.
            """,
            self.revocationText(username),
            self.logoutText,
        ]
    }

    private func revocationText(_ username: String) -> String {
        switch self.sealedRevocation {
        case nil: "Its store knows whose it is, and lists all sessions of \(username), so that each can be ended."
        case .memory, .sqlite, .redis, .postgres:
            "Its user is under the seal, and all sessions of \(username) can be ended at once."
        case .nowhere: "Its user is under the seal, where no one can read or change it."
        }
    }

    private var logoutText: String {
        switch self.sealedRevocation {
        case .memory: "Logging out ends it at once, for everyone who has its cookie, until this server is restarted."
        case .sqlite where self.revocationAge > .zero, .redis where self.revocationAge > .zero,
            .postgres where self.revocationAge > .zero:
            """
            Logging out ends it for everyone who has its cookie: at once on this server, within \
            \(self.revocationAge.text) on the others.
            """
        case .nowhere: "Logging out takes its cookie out of this browser. A copy of it is good until the limits."
        case nil, .sqlite, .redis, .postgres: "Logging out ends it at once, for everyone who has its cookie."
        }
    }
}
