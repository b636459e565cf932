//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Crypto
import Sessions

/// The names of the keys. A session: `prefix` and the id. The index of a user's sessions: `prefix`, `user:` and the
/// hash of the subject. The two never have the same length.
struct RedisSessionKeys: Sendable {
    private static let userWord = "user:"

    let prefix: String

    func session(_ id: SessionID) -> RedisArgument {
        RedisArgument(self.prefix + id.description)
    }

    func index(of subject: RedisSubject) -> RedisArgument {
        RedisArgument(self.prefix + Self.userWord + Base64URL.encode(subject.hash))
    }

    /// The channel on which the ids of ended sessions are published.
    var endingChannel: String { self.prefix + "ended" }

    /// A pattern for the keys of all sessions, and no other keys with the prefix.
    var sessionPattern: RedisArgument { self.pattern("", digits: 22) }

    /// A pattern for the keys of all indexes.
    var indexPattern: RedisArgument { self.pattern(Self.userWord, digits: 43) }

    /// The session id of a key that matches ``sessionPattern``.
    func id(of key: [UInt8]) -> SessionID? {
        guard key.starts(with: self.prefix.utf8) else { return nil }
        return String(validating: key.dropFirst(self.prefix.utf8.count), as: UTF8.self).flatMap { SessionID($0) }
    }

    private func pattern(_ word: String, digits: Int) -> RedisArgument {
        var pattern = ""
        for character in (self.prefix + word).unicodeScalars {
            // Special characters of a prefix are escaped, because a prefix is not a pattern.
            if "*?[]\\".unicodeScalars.contains(character) { pattern.unicodeScalars.append("\\") }
            pattern.unicodeScalars.append(character)
        }
        return RedisArgument(pattern + String(repeating: "?", count: digits))
    }
}

/// A hashed subject: no key name contains a user's name, and all hashes have the same length.
struct RedisSubject: Sendable {
    let hash: [UInt8]

    init(_ subject: String) {
        self.hash = Array(SHA256.hash(data: Array(subject.utf8)))
    }

    /// The tag in front of a record, from which scripts recognize its user.
    var tag: ArraySlice<UInt8> { self.hash.prefix(RedisSessionEntry.Offset.tagLength) }
}
#endif
