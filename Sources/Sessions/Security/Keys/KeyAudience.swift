//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The audience of a seal, a signature or a derived key: one kind of backend of one application.
///
/// What was made for one audience is invalid for another, even if both have the same keys.
struct KeyAudience: Sendable {
    /// The kinds of backends that have keys. The raw values are part of existing cookies: never change them.
    enum Backend: String, Sendable {
        /// Sessions in cookies.
        case sealed
        /// Signed tokens of sessions in a store.
        case stored
        /// Signed tokens without a session.
        case tokens
    }

    let backend: Backend
    /// ``SessionConfiguration/applicationName``.
    let application: String

    /// The authenticated context: `backend " " application`. No backend name has a space, so no two audiences have the
    /// same context, and none has the empty one of earlier versions.
    var context: String { "\(self.backend.rawValue) \(self.application)" }
}

extension KeyPurpose {
    /// The purpose for one audience alone, if the key and not the message distinguishes audiences.
    func narrowed(to audience: KeyAudience) -> KeyPurpose {
        KeyPurpose(label: "\(self.label) \(audience.context)")
    }
}

/// Whether credentials of versions without audiences are still accepted:
/// ``SessionConfiguration/acceptsFormerTokensUntil``.
struct FormerTokens: Sendable {
    let until: SessionInstant?
    let clock: SessionClock

    /// They are rejected.
    static let refused = FormerTokens(until: nil, clock: .system)

    /// Evaluated only for such credentials, so that the clock is not read otherwise.
    var areAccepted: Bool { self.until.map { self.clock.now < $0 } ?? false }
}

extension SessionConfiguration {
    var formerTokens: FormerTokens { FormerTokens(until: self.acceptsFormerTokensUntil, clock: self.clock) }

    func audience(_ backend: KeyAudience.Backend) -> KeyAudience {
        KeyAudience(backend: backend, application: self.applicationName)
    }
}
