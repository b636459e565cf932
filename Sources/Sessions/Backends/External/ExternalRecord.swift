//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// The other system's name of a session. It is a secret, because anyone who has it can act as the visitor.
///
/// Lists and logs show ``id`` instead, which does not reveal the name.
package struct ExternalSessionID: Sendable, Hashable {
    /// The name itself.
    package let text: String
    /// The public id: the beginning of the SHA-256 of the name.
    package let id: SessionID

    package init(_ text: String) {
        self.text = text
        var hash = SHA256.hash(data: Array(text.utf8)).makeIterator()
        self.id = SessionID(high: .next(of: &hash), low: .next(of: &hash))
    }

    /// The secret from which keys are derived. It needs the name, and uses another hash than the public id.
    var secretHash: SecretHash {
        let text = "swift-sessions external secret 1 " + self.text
        return SecretHash(words: Bytes32(digest: SHA256.hash(data: Array(text.utf8))))
    }

    package static func == (left: ExternalSessionID, right: ExternalSessionID) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.id) }
}

extension ExternalSessionID: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A verified credential of a client.
package struct VerifiedExternalID: Sendable {
    package var id: ExternalSessionID
    /// Whether it was made with a key that is not the newest.
    package var isOutdated: Bool

    package init(id: ExternalSessionID, isOutdated: Bool) {
        self.id = id
        self.isOutdated = isOutdated
    }
}

/// A record in the form of another system.
package struct ExternalRecord: Sendable, Equatable {
    /// Its name in that system.
    package var id: ExternalSessionID
    /// The stored bytes: a write replaces these bytes and no others.
    package var content: [UInt8]
    /// When the session was last used, as known when the content was read; nil for a new one.
    package var lastAccessedAt: SessionInstant?
    /// When the login was first seen, if the user logged in there at an unknown time; else nil.
    package var loginSeenAt: SessionInstant?
    /// How the content contradicts the configuration; nil if it does not.
    package var contradiction: ExternalContradiction?

    package init(id: ExternalSessionID, content: [UInt8] = [], lastAccessedAt: SessionInstant? = nil) {
        self.id = id
        self.content = content
        self.lastAccessedAt = lastAccessedAt
    }
}

/// A contradiction between a record and the configuration, by which sessions may end too early or too late.
package struct ExternalContradiction: Sendable, Equatable {
    /// A short fixed name.
    package var name: String
    /// What was found, and what to change.
    package var explanation: String

    package init(name: String, explanation: String) {
        self.name = name
        self.explanation = explanation
    }
}

extension ExternalRecord: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(self.content.count) bytes of another system" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension UInt64 {
    /// The next eight bytes, big-endian.
    fileprivate static func next(of bytes: inout some IteratorProtocol<UInt8>) -> UInt64 {
        (0..<8).reduce(0) { word, _ in word << 8 | UInt64(bytes.next() ?? 0) }
    }
}
