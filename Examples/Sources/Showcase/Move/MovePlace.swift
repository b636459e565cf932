//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Sessions

/// The file in which it is noted how far a move is: the cursor of the next page.
struct MovePlace {
    private let path: String
    /// Where to go on.
    let beginning: SessionCursor?

    /// Reads the file, if it is there.
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
        // In one step, so that whoever is stopped in the middle finds the place before.
        try Data("\(cursor)\n".utf8).write(to: URL(filePath: self.path), options: .atomic)
    }

    func remove() throws {
        guard FileManager.default.fileExists(atPath: self.path) else { return }
        try FileManager.default.removeItem(atPath: self.path)
    }
}
