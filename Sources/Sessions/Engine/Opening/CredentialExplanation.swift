//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Which session a cookie opens, or why it opens none: for an operator who has the cookie of a visitor. It has no
/// secret.
package struct CredentialExplanation: Sendable {
    /// A value that was presented under the name of the cookie.
    package struct Presented: Sendable {
        package var form: CredentialForm
        /// The short id of the key that made it; nil for a bare token, and if no key of the keyring did.
        package var keyID: String?
        /// The session under the seal, even if it has expired or was revoked.
        package var sealedRecord: SessionRecord?

        /// The id of its session, if the form has one.
        package var id: SessionID? {
            switch self.form {
            case .token(let id), .signedToken(let id): id
            case .sealed: self.sealedRecord?.id
            case .express, .unknown: nil
            }
        }
    }

    /// The values that were presented, without duplicates.
    package var presented: [Presented]
    /// Whether a session opened.
    package var isAccepted: Bool
    /// Which kind of credential was presented.
    package var reason: ResolutionReason
    /// Whether the credential was made with a key that is not the newest, or by an earlier release. The next response
    /// replaces it.
    package var isOutdated: Bool
    /// The session that opened.
    package var record: SessionRecord?
}
