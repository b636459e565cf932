//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A session whose end a task waits for.
struct WatchedSession: Sendable {
    let id: SessionID
    /// The session as the request had it, for backends that cannot find it by its id; nil if only the id is known.
    let live: SessionState.LoadedSession?
}

/// What a look at a watched session found.
enum WatchedSessionStatus: Equatable {
    /// It is live, and ends at this instant unless it is used.
    case live(until: SessionInstant)
    case gone
}

extension BackendDriver {
    /// By default, a session is found by what the client held.
    func watchedRecord(_ session: WatchedSession) async throws -> SessionRecord? {
        guard let live = session.live else { return nil }
        return try await self.reload(live)
    }

    var watchesByID: Bool { false }
    var endingNotifier: (any SessionEndingNotifier)? { nil }

    /// Looks whether a watched session is live.
    func status(of session: WatchedSession) async throws -> WatchedSessionStatus {
        let configuration = self.environment.configuration
        guard let record = try await self.watchedRecord(session) else { return .gone }
        let end = min(configuration.idleEnd(of: record), configuration.absoluteEnd(of: record))
        return .live(until: end)
    }
}

extension StoredSessions {
    var watchesByID: Bool { true }
    var endingNotifier: (any SessionEndingNotifier)? { self.store.store as? any SessionEndingNotifier }

    func watchedRecord(_ session: WatchedSession) async throws -> SessionRecord? {
        let now = self.environment.configuration.clock.now
        do {
            let result = try await self.store.perform(.read(session.id)) { try await $0.load(session.id, now: now) }
            guard case .found(let record) = result, record.isSession else { return nil }
            return record
        } catch is SessionStoreError {
            // An unreadable record opens nothing.
            return nil
        }
    }
}
