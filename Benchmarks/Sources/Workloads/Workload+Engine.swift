//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension Workload {
    /// Opening and closing sessions without HTTP: what a request costs in addition to the framework.
    static let engine =
        [
            Workload("memory: no cookie") {
                let harness = try Harness(.stored(in: MemorySessionStore()))
                let request = Harness.request()
                return { for _ in 0..<$0 { try await harness.visit(request) } }
            }
        ]
        + visits("memory") { .stored(in: MemorySessionStore()) }
        + visits("signed") {
            .stored(in: MemorySessionStore(), signedWith: SecretKeyring.ephemeral())
        }
        + visits("at rest") { .stored(in: MemorySessionStore(), encryptedAtRest: true) }
        + visits("asynchronous") { .stored(in: AsynchronousStore()) }
        + visits("SQLite") { .stored(in: try Self.sqlite()) }
        + visits("sealed") { .sealed(with: SecretKeyring.ephemeral(), revocation: .none) }

    private static func visits(
        _ name: String,
        _ backend: @escaping @Sendable () throws -> SessionBackend
    ) -> [Workload] {
        [
            Workload("\(name): untouched") {
                let harness = try Harness(backend())
                let request = try await harness.knownVisitor()
                return { for _ in 0..<$0 { try await harness.visit(request) } }
            },
            Workload("\(name): read") {
                let harness = try Harness(backend())
                let request = try await harness.knownVisitor()
                return { for _ in 0..<$0 { try await harness.visit(request) { _ = $0[.views] } } }
            },
            Workload("\(name): counter") {
                let harness = try Harness(backend())
                let request = try await harness.knownVisitor()
                return { for _ in 0..<$0 { try await harness.visit(request) { $0[.views] += 1 } } }
            },
        ]
    }
}
