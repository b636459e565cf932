//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Sessions

/// The file that stores the progress of a migration: the cursor of the next page.
struct MovePlace {
    private let path: String
    /// The cursor at which to continue.
    let beginning: SessionCursor?

    /// Reads the file, if it exists.
    init(path: String) throws {
        self.path = path
        guard let bytes = FileManager.default.contents(atPath: path) else {
            self.beginning = nil
            return
        }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let cursor = SessionCursor(text) else {
            throw ShowcaseFailure("\(path) does not say how far a move is: give another file, or remove it.")
        }
        self.beginning = cursor
    }

    func note(_ cursor: SessionCursor?) throws {
        guard let cursor else { return }
        // Written atomically, so that an interrupted migration finds the previous position.
        try Data("\(cursor)\n".utf8).write(to: URL(filePath: self.path), options: .atomic)
    }

    func remove() throws {
        guard FileManager.default.fileExists(atPath: self.path) else { return }
        try FileManager.default.removeItem(atPath: self.path)
    }
}
