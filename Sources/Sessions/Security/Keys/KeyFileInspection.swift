//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What is in a key file, for those who administer it. It never has a key.
package struct KeyFileInspection: Sendable {
    /// A key of the file.
    package struct Key: Sendable, Equatable {
        /// The number of its line, from 1.
        package var line: Int
        /// Its short id.
        package var id: String
        /// What the line says after `#`.
        package var comment: String?
    }

    /// The permissions: the last nine bits of the mode.
    package var mode: UInt32
    /// The lines of the file as they are, without their ends. They have the keys: never show them.
    package let lines: [String]
    /// The keys, the newest first. Empty if the file is refused.
    package var keys: [Key]
    /// Why servers refuse the file. Nil if they accept it.
    package var problem: String?
    /// Whether the last line has a key and no newline.
    package var lacksFinalNewline: Bool

    /// Reads a file.
    ///
    /// - Throws: ``SessionError`` with the code `configuration` when it cannot be read.
    package init(path: String) throws(SessionError) {
        let contents = try KeyFileContents(path: path)
        self.mode = contents.mode
        let text = String(validating: contents.bytes, as: UTF8.self)
        self.lines = (text ?? "").split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
            String($0)
        }
        self.lacksFinalNewline = text.map { SecretKeyParser.endsWithKey($0) } ?? false
        self.keys = []
        do throws(SessionError) {
            _ = try KeyFileAccess(mode: contents.mode, path: path).check(.allowed)
            guard let text else {
                throw .refusedKey(
                    "The file \(path)", "its \(contents.bytes.count) bytes are not text; write one key a line")
            }
            let keys = try SecretKeyParser.keys(inFile: text, named: path)
            _ = try SecretKeyring(keys)
            self.keys = zip(self.entries, keys).map { Key(line: $0.line, id: $1.id.description, comment: $0.comment) }
        } catch {
            self.problem = error.message
        }
    }

    /// The lines that have keys.
    private var entries: [(line: Int, comment: String?)] {
        self.lines.enumerated().compactMap { index, line in
            let parts = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            guard !parts[0].allSatisfy(\.isWhitespace) else { return nil }
            return (
                index + 1, parts.count > 1 ? parts[1].split(whereSeparator: \.isWhitespace).joined(separator: " ") : nil
            )
        }
    }
}

extension KeyFileInspection: CustomStringConvertible, CustomReflectable {
    /// The short ids of the keys, and never a key.
    package var description: String { "KeyFileInspection(\(self.keys.map(\.id).joined(separator: ", ")))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretKey {
    /// Generates a key for a file: its text and its short id.
    package static func generatedText(using random: SessionRandom = .system) -> (text: String, id: String) {
        while true {
            let text = Base64URL.encode(random.bytes(count: 32))
            // The checks refuse fewer than one in a million random keys.
            if let key = try? SecretKey(text) { return (text, key.id.description) }
        }
    }
}
