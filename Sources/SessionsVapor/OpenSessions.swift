//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Sessions
import Synchronization
import Vapor

/// The sessions that are open in a request.
final class OpenSessions: Sendable {
    private let sessions = Mutex<[SessionSlot: Sessions.Session]>([:])

    subscript(slot: SessionSlot) -> Sessions.Session? {
        get { self.sessions.withLock { $0[slot] } }
        set { self.sessions.withLock { $0[slot] = newValue } }
    }
}

/// The key of ``OpenSessions`` in the storage of a request.
private struct OpenSessionsKey: StorageKey {
    typealias Value = OpenSessions
}

extension Request {
    /// The sessions that are open, for middleware that opens another one.
    var openSessions: OpenSessions {
        if let sessions = self.storage[OpenSessionsKey.self] { return sessions }
        let sessions = OpenSessions()
        self.storage[OpenSessionsKey.self] = sessions
        return sessions
    }

    /// The session in a slot, for middleware that runs before the handler. Unlike a handler, it does not make the
    /// response private to the visitor.
    func openSession(in slot: SessionSlot) throws(SessionError) -> Sessions.Session {
        guard let session = self.storage[OpenSessionsKey.self]?[slot] else {
            throw .configuration(
                """
                A session was used where none is open. Add this line before the routes that use it: \
                app.middleware.use(SessionEngineMiddleware(engine)), with in: for a slot that is not the standard one.
                """
            )
        }
        return session
    }
}
#endif
