//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import GRDB
public import Sessions
import Synchronization

/// The store reports the endings of its own process in the calls that end sessions. Those of other processes it notices
/// by the change counter of the file (`PRAGMA data_version`), which says that something has changed, and not what.
extension SQLiteSessionStore: SessionEndingNotifier {
    public func addEndingObserver(_ observer: any SessionEndingObserver) { self.endings.observers.add(observer) }

    public func checkForEndings() async throws {
        guard try await self.endings.hasChanged(self.dataVersion()) else { return }
        self.endings.observers.anySessionMayHaveEnded()
    }
}

/// The observers of a store's endings, and the last known state of its file.
final class SQLiteEndings: Sendable {
    let observers = SessionEndingObservers()
    private let lastVersion = Mutex<SQLiteDataVersion?>(nil)

    init() { self.observers.setReporting(true) }

    /// Whether another process has committed a change since the last call.
    func hasChanged(_ version: SQLiteDataVersion) -> Bool {
        self.lastVersion.withLock { last in
            defer { last = version }
            return last != version
        }
    }
}

/// A value that changes when another connection than the writer of this process changes the file.
struct SQLiteDataVersion: Sendable, Equatable {
    /// The connections, which are replaced when the file is opened again.
    let connection: ObjectIdentifier
    let number: Int64
}
#endif
