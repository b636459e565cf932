//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a key is used for.
///
/// The keys of a ring are never used themselves. Each purpose has keys of its own, derived from them, so that what was
/// made for one purpose is nothing for another. The labels are part of what live cookies were made with: they never
/// change.
struct KeyPurpose: Sendable, Hashable {
    let label: String

    /// Sessions that are kept in cookies.
    static let sealing = KeyPurpose(label: "sealing")
    /// Tokens that carry a signature.
    static let signing = KeyPurpose(label: "signing")
    /// Tokens against forged requests.
    static let csrf = KeyPurpose(label: "csrf")
    /// What a server keeps for itself. The values of sessions need no key of the server: ``DataKey``.
    static let atRest = KeyPurpose(label: "at rest")
}
