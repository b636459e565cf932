//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// An operation that ends sealed sessions, and which sessions it ends.
struct RevocationOperation: Sendable {
    /// The owner of a session.
    enum Holder: Sendable, CaseIterable {
        /// The browser that requests the operation.
        case own
        /// Another device of the same user.
        case other
        /// Another user.
        case stranger
    }

    let name: String
    /// The holders whose old cookies open nothing afterwards.
    let ends: Set<Holder>
    /// Whether the operation clears the browser's cookie.
    var clearsCookie = false
    let run: @Sendable (RevocationTrial) async throws -> Void

    static let all: [RevocationOperation] = [
        RevocationOperation(name: "logOut()", ends: [.own], clearsCookie: true) {
            try await $0.visit { try await $0.logOut() }
        },
        RevocationOperation(name: "destroy()", ends: [.own], clearsCookie: true) {
            try await $0.visit { try await $0.destroy() }
        },
        RevocationOperation(name: "logOutOthers()", ends: [.own, .other]) {
            try await $0.visit { try await $0.logOutOthers() }
        },
        RevocationOperation(name: "logOutEverywhere()", ends: [.own, .other], clearsCookie: true) {
            try await $0.visit { try await $0.logOutEverywhere() }
        },
        RevocationOperation(name: "renew()", ends: [.own]) { try await $0.visit { try await $0.renew() } },
        RevocationOperation(name: "logIn(_:) over a session", ends: [.own]) {
            try await $0.visit { try await $0.logIn("ada") }
        },
        RevocationOperation(name: "revoke(_:)", ends: [.own]) { trial in
            if let id = trial.id { try await trial.servers[0].revoke(id) }
        },
        RevocationOperation(name: "revokeAll(of:)", ends: [.own, .other]) {
            try await $0.servers[0].revokeAll(of: "ada")
        },
        RevocationOperation(name: "changeCredentials(to:)", ends: [.own, .other]) { trial in
            try await trial.visit { try await $0.changeCredentials(to: trial.version) }
        },
        RevocationOperation(name: "revokeAll(of:credentialsBefore:)", ends: [.own, .other]) {
            try await $0.servers[0].revokeAll(of: "ada", credentialsBefore: $0.version)
        },
        RevocationOperation(name: "revokeEverything()", ends: [.own, .other, .stranger]) {
            try await $0.servers[0].revokeEverything()
        },
    ]
}
