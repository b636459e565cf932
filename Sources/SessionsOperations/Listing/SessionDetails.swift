//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
package import Sessions

/// A session with the names of its values, and never their content.
package struct SessionDetails: Sendable, Encodable {
    package var session: ListedSession
    /// Nil if they are encrypted at rest.
    package var valueNames: [String]?

    package init(_ record: SessionRecord) {
        self.session = ListedSession(record)
        self.valueNames = record.hasSealedValues ? nil : record.values.names
    }

    /// Loads a session.
    ///
    /// - Throws: ``OperationError`` with the code `negative` when it is not live.
    package static func load(_ id: SessionID, from store: some SessionStore) async throws -> SessionDetails {
        switch try await store.load(id, now: SessionClock.system.now) {
        case .found(let record) where record.isSession: return SessionDetails(record)
        case .ended: throw OperationError(.negative, "\(id) has ended.")
        case .found, .missing:
            throw OperationError(
                .negative, "\(id) is no session of this store: it was never there, has expired, or ended a while ago.")
        }
    }

    /// The session for people.
    package var text: String {
        let session = self.session
        let names = self.valueNames.map {
            $0.isEmpty ? "none" : $0.map { UntrustedText.escaped($0, limit: 64) }.joined(separator: ", ")
        }
        let facts: [(String, String?)] = [
            ("id", session.id), ("user", session.user ?? "none"), ("began", session.createdAt),
            ("authenticated", session.authenticatedAt), ("last used", session.lastUsedAt),
            ("idle limit", session.expiresAt), ("absolute limit", session.endsAt),
            ("remembered", session.isRemembered ? "yes" : "no"),
            ("device-bound", session.isDeviceBound ? "yes" : "no"), ("device", session.deviceLabel),
            ("address", session.address), ("client", session.client), ("user agent", session.userAgent),
            ("values", names ?? "encrypted at rest"), ("size", ByteCount.text(session.size)),
        ]
        return facts.compactMap { name, value in
            value.map { "\(name.padding(16))\(name == "values" ? $0 : UntrustedText.escaped($0, limit: 512))" }
        }.joined(separator: "\n")
    }
}
#endif
