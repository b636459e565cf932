//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Whom a seal, a signature or a derived key is for: one kind of backend of one application.
///
/// What was made for one audience is nothing for another, also where both have the same keys.
struct KeyAudience: Sendable {
    /// The kinds of backends that have keys. The words are part of what live cookies were made with: they never change.
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

    /// What is authenticated: `backend " " application`. No word of a backend has a space, so no two audiences have one
    /// context, and none has the empty one of earlier versions.
    var context: String { "\(self.backend.rawValue) \(self.application)" }
}

extension KeyPurpose {
    /// The purpose for one audience alone, where the key and not the message is what tells audiences apart.
    func narrowed(to audience: KeyAudience) -> KeyPurpose {
        KeyPurpose(label: "\(self.label) \(audience.context)")
    }
}

/// Whether what versions without audiences made is still accepted: ``SessionConfiguration/acceptsFormerTokensUntil``.
struct FormerTokens: Sendable {
    let until: Instant?
    let clock: SessionClock

    /// None is.
    static let refused = FormerTokens(until: nil, clock: .system)

    /// Asked only when something of that form is there, so that the clock is not read otherwise.
    var areAccepted: Bool { self.until.map { self.clock.now < $0 } ?? false }
}

extension SessionConfiguration {
    var formerTokens: FormerTokens { FormerTokens(until: self.acceptsFormerTokensUntil, clock: self.clock) }

    func audience(_ backend: KeyAudience.Backend) -> KeyAudience {
        KeyAudience(backend: backend, application: self.applicationName)
    }
}
