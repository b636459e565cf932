//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Where the tombstone of an ended session keeps ``EndedSecrets``: in the version columns, which a tombstone does not
/// need.
///
/// The time of the last access is then the earliest possible one, which no record has. Tombstones of earlier versions
/// of this library have another time, and their columns have the old version.
enum PostgresTombstoneSecrets {
    private static let mark = Int64.min

    /// Assignments that take the secrets out of the record. The secrets of a tombstone stay unchanged.
    ///
    /// They read the record at fixed offsets: the hash of the secret, then the length of the extra fields, in one to
    /// three bytes, and after it the first of these fields, which is the previous secret if there is one.
    static var columns: String {
        let previous = """
            CASE
                WHEN \(self.slice(91, 1)) BETWEEN '\\x32' AND '\\x7f' AND \(self.slice(92, 2)) = '\\x0130'
                    THEN \(self.word(94))
                WHEN \(self.slice(91, 1)) >= '\\x80' AND \(self.slice(92, 1)) < '\\x80' AND \(self.slice(93, 2)) = '\\x0130'
                    THEN \(self.word(95))
                WHEN \(self.slice(91, 1)) >= '\\x80' AND \(self.slice(92, 1)) >= '\\x80' AND \(self.slice(94, 2)) = '\\x0130'
                    THEN \(self.word(96))
                ELSE 0
            END
            """
        let isRecord = "\(self.slice(1, 1)) = '\\x01'"
        return """
            version_counter = CASE WHEN \(isRecord) THEN \(self.word(51)) ELSE version_counter END,
            version_tag = CASE WHEN \(isRecord) THEN \(previous) ELSE version_tag END,
            last_accessed_at = CASE WHEN \(isRecord) THEN '\(self.mark)'::int8 ELSE last_accessed_at END
            """
    }

    /// The secrets of a tombstone with these columns.
    static func secrets(_ version: SessionVersion, lastAccessedAt: SessionInstant) -> EndedSecrets? {
        guard lastAccessedAt.millisecondsSince1970 == self.mark else { return nil }
        let bytes = [version.counter, version.tag].flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
        return EndedSecrets(bytes: bytes)
    }

    private static func slice(_ start: Int, _ length: Int) -> String { "substring(record from \(start) for \(length))" }

    /// Eight bytes as a number.
    private static func word(_ start: Int) -> String {
        "('x' || encode(\(self.slice(start, 8)), 'hex'))::bit(64)::int8"
    }
}
