//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The rules that the revocation of sealed sessions keeps on any store, even if a write fails.
///
/// Each rule runs one operation that ends sessions on one of two servers that share the store, and loses one of its
/// writes: the first, then the second, and so on. Each write is lost once before it reaches the store, and once after,
/// so that only the reply is lost. Either the operation throws and completes when it is retried, or it has ended the
/// sessions on both servers.
///
/// ```swift
/// @Test("MyStore keeps the rule", arguments: RevocationConformance.rules)
/// func conforms(_ rule: RevocationRule) async throws {
///     try await rule.check(MyStore())
/// }
/// ```
public enum RevocationConformance {
    /// All rules.
    public static let rules: [RevocationRule] = RevocationOperation.all.map { operation in
        RevocationRule("\(operation.name) ends what it says, or throws and completes when it is tried again") {
            try await RevocationTrial(operation, store: $0, check: $1).run()
        }
    }
}
