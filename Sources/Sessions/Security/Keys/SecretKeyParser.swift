//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Parses keys in environment variables and files.
enum SecretKeyParser {
    /// The keys of a list that is separated by commas or white space.
    static func keys(inList text: String, named name: String) throws(SessionError) -> [SecretKey] {
        let words = text.split { $0 == "," || $0.isWhitespace }
        return try self.keys(in: words.enumerated().map { (place: "Key \($0 + 1) of \(name)", text: $1) }, named: name)
    }

    /// The keys of a file, one a line. Blank lines, and everything after a `#`, are ignored.
    ///
    /// - Parameter known: Whether the keyring already has a key. The last key of a file without a final newline may be
    ///   truncated, so it counts only if it is known. The default treats all keys as known.
    static func keys(
        inFile text: String,
        named name: String,
        known: (SecretKey) -> Bool = { _ in true }
    ) throws(SessionError) -> [SecretKey] {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
        let entries = lines.compactMap { index, line -> (place: String, text: Substring)? in
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            // Two words on a line are not a key, and are rejected as they are.
            guard let first = words.first, let last = words.last else { return nil }
            return (place: "The key in line \(index + 1) of \(name)", text: line[first.startIndex..<last.endIndex])
        }
        let keys = try self.keys(in: entries, named: name)
        if let last = keys.last, self.endsWithKey(text), !known(last) {
            throw SessionError(
                .configuration,
                """
                The last line of \(name) has no newline at its end, so the key in it may be cut off: end the line with a \
                newline.
                """
            )
        }
        return keys
    }

    /// Whether the last character of the file belongs to a key.
    static func endsWithKey(_ text: String) -> Bool {
        guard let last = text.last, !last.isWhitespace else { return false }
        return !(text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).last ?? "").contains("#")
    }

    private static func keys(
        in entries: [(place: String, text: Substring)],
        named name: String
    ) throws(SessionError) -> [SecretKey] {
        guard !entries.isEmpty else {
            throw .refusedKey("The list of keys in \(name)", "it has 0 keys, and at least 1 is needed")
        }
        var keys: [SecretKey] = []
        for entry in entries { keys.append(try SecretKey(entry.text, place: entry.place)) }
        return keys
    }
}
