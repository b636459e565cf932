//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How operations of the handler write the session. They are serialized.
extension Session {
    /// Writes the session for an operation.
    ///
    /// - Parameter fill: Fills the record of a session that begins.
    /// - Returns: The cookie action.
    @discardableResult
    func write(
        _ purpose: CloseOperation.Purpose,
        _ fill: (inout SessionRecord) -> Void = { _ in }
    ) async throws -> SessionPlan.CookieAction {
        var closing = SessionClosing(self, purpose)
        switch await closing.perform(fill) {
        case .finish(let effects): return effects.cookie
        case .fail(let error, _): throw error
        case .perform: return .leave
        }
    }

    /// Changes the newest version of the session's record.
    ///
    /// - Returns: False when the session is gone.
    func updateRecord(_ change: (inout SessionRecord) throws -> Void) async throws -> Bool {
        guard let live = self.withState({ $0.live }) else { return false }
        switch try await self.engine.driver.update(live, for: self.request, change) {
        case .written(let record):
            self.withState { $0.didWrite(record, .changed) }
            self.report(.updated(SessionUpdate(of: live, now: record.lastAccessedAt), record))
            return true
        case .gone:
            self.detach(live.record.id)
            return false
        }
    }

    /// The session is gone: the request's changes are dropped, and it sets no cookie.
    func detach(_ id: SessionID) {
        self.withState { $0.detach(id) }
        self.report(.gone(id, hadChanges: false))
    }
}
