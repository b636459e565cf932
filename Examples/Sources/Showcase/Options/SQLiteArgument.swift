//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsSQLite

/// An SQLite file: `sqlite:PATH`.
enum SQLiteArgument {
    private static let scheme = "sqlite:"

    /// - Returns: Nil for any other text.
    static func path(_ text: String) -> String? {
        guard text.hasPrefix(self.scheme), text.count > self.scheme.count else { return nil }
        return String(text.dropFirst(self.scheme.count))
    }

    static func open(_ path: String) throws -> SQLiteSessionStore {
        do {
            return try SQLiteSessionStore(path: path)
        } catch let error as SessionStoreError {
            throw ShowcaseFailure(error)
        }
    }
}
