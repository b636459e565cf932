//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
import Sessions

/// The file that stores the progress of a move: the cursor of the next page, which opens nothing.
public struct MoveProgressFile: Sendable {
    private let path: String
    /// The cursor at which to continue.
    let beginning: SessionCursor?

    /// Reads the file, if it exists.
    ///
    /// - Throws: ``OperationError`` with the code `data` for a file with anything else.
    public init(path: String) throws(OperationError) {
        self.path = path
        guard let bytes = FileManager.default.contents(atPath: path) else {
            self.beginning = nil
            return
        }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let cursor = SessionCursor(text) else {
            throw OperationError(.data, "\(path) does not say how far a move is: give another file, or remove it.")
        }
        self.beginning = cursor
    }

    func note(_ cursor: SessionCursor?) throws {
        guard let cursor else { return }
        // Written atomically, so that an interrupted move finds the previous position.
        try Data("\(cursor)\n".utf8).write(to: URL(filePath: self.path), options: .atomic)
    }

    func remove() throws {
        guard FileManager.default.fileExists(atPath: self.path) else { return }
        try FileManager.default.removeItem(atPath: self.path)
    }
}
#endif
