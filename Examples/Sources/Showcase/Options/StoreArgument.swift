//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Sessions
import SessionsSQLite

/// Where sessions are kept.
enum StoreArgument: Equatable {
    case memory
    case sqlite(path: String)

    static func parse(_ text: String) throws -> StoreArgument {
        if text == "memory" { return .memory }
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] == "sqlite" else {
            throw ValidationError("Give memory or sqlite:PATH, for example sqlite:sessions.sqlite.")
        }
        return .sqlite(path: String(parts[1]))
    }

    func open() throws -> any SweepableSessionStore {
        switch self {
        case .memory:
            return MemorySessionStore()
        case .sqlite(let path):
            do {
                return try SQLiteSessionStore(path: path)
            } catch let error as SessionStoreError {
                throw ShowcaseFailure(error)
            }
        }
    }
}
