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

/// The names of the keys: `prefix` and the id for a session, `prefix`, `user:` and the hash of the subject for the
/// index of a user's sessions. The two never have the same length.
struct RedisSessionKeys: Sendable {
    private static let userWord = "user:"

    let prefix: String

    func session(_ id: SessionID) -> RedisArgument {
        RedisArgument(self.prefix + id.description)
    }

    func index(of subject: RedisSubject) -> RedisArgument {
        RedisArgument(self.prefix + Self.userWord + Base64URL.encode(subject.hash))
    }

    /// What matches the keys of all sessions, and nothing else that begins with the prefix.
    var sessionPattern: RedisArgument { self.pattern("", digits: 22) }

    /// What matches the keys of all indexes.
    var indexPattern: RedisArgument { self.pattern(Self.userWord, digits: 43) }

    /// The session of a key that ``sessionPattern`` matches.
    func id(of key: [UInt8]) -> SessionID? {
        guard key.starts(with: self.prefix.utf8) else { return nil }
        return String(validating: key.dropFirst(self.prefix.utf8.count), as: UTF8.self).flatMap { SessionID($0) }
    }

    private func pattern(_ word: String, digits: Int) -> RedisArgument {
        var pattern = ""
        for character in (self.prefix + word).unicodeScalars {
            // A prefix is not a pattern, whatever characters it has.
            if "*?[]\\".unicodeScalars.contains(character) { pattern.unicodeScalars.append("\\") }
            pattern.unicodeScalars.append(character)
        }
        return RedisArgument(pattern + String(repeating: "?", count: digits))
    }
}

/// A subject as the server knows it: no name of a user stands in the name of a key, and all have one length.
struct RedisSubject: Sendable {
    let hash: [UInt8]

    init(_ subject: String) {
        self.hash = Array(SHA256.hash(data: Array(subject.utf8)))
    }

    /// What stands before a record, so that scripts can tell whose it is.
    var tag: ArraySlice<UInt8> { self.hash.prefix(RedisSessionEntry.Offset.tagLength) }
}
#endif
