//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// What the revocation of sealed sessions keeps to on any store, although a write fails.
///
/// Each rule lets one operation end sessions on one of two servers that share the store, and loses one write of it: the
/// first, the second, and so on, once before the store has it and once after, so that only the reply is lost. Either
/// the operation throws and completes when it is tried again, or it has ended the sessions on both servers.
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
