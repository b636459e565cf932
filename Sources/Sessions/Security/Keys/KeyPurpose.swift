//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The use of a key.
///
/// The keys of a keyring are never used directly. Each purpose has its own derived keys, so that what was made for one
/// purpose is invalid for another. The labels are part of existing cookies: never change them.
struct KeyPurpose: Sendable, Hashable {
    let label: String

    /// Sessions that are kept in cookies.
    static let sealing = KeyPurpose(label: "sealing")
    /// Signed tokens.
    static let signing = KeyPurpose(label: "signing")
    /// CSRF tokens.
    static let csrf = KeyPurpose(label: "csrf")
    /// Data that a server keeps for itself. The values of sessions need no key of the server: ``DataKey``.
    static let atRest = KeyPurpose(label: "at rest")
}
