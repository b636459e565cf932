//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionEngine {
    /// The end of this request's session, for responses that stay open: an event stream or a WebSocket ends with its
    /// session, wherever that was ended.
    ///
    /// ```swift
    /// for await _ in engine.endings(of: session) { connection.close() }
    /// ```
    ///
    /// Memory, SQLite, Redis and Valkey report endings (``SessionEndingNotifier``), and so does PostgreSQL if its
    /// configuration has `reportsEndings`, so that the element comes at once. All other stores and sealed sessions are
    /// polled every ``SessionConfiguration/endingCheckInterval``, and so is a store whose connection is lost. Limits
    /// that pass are noticed within that interval too. A store that fails ends nothing.
    ///
    /// One of the waiting tasks polls for all. Each takes a few hundred bytes, however much happens to its session. The
    /// wait does not extend the session.
    ///
    /// The sequence ends without an element for a visitor without a session, and with tokens alone
    /// (``SessionBackend/tokenOnly(with:)``). After a login it is still about the session from before.
    ///
    /// - Parameter session: The session of the request.
    public func endings(of session: Session) -> SessionEndings {
        let live = session.withState { $0.live }
        let isWatchable = self.driver.isSealed || self.driver.watchesByID || self.driver.hasExternalValues
        return SessionEndings(
            session: isWatchable ? live.map { WatchedSession(id: $0.record.id, live: $0) } : nil,
            watch: self.endingWatch
        )
    }

    /// The end of a session that is known by its id, as ``endings(of:)-(Session)`` reports it.
    ///
    /// The element comes at once if there is no session with this id.
    ///
    /// - Parameter id: The id of a stored session.
    /// - Throws: ``SessionError`` with the code `notOffered` by backends other than
    ///   ``SessionBackend/stored(in:encryptedAtRest:signedWith:)``, which cannot find a session by its id.
    public func endings(of id: SessionID) throws(SessionError) -> SessionEndings {
        guard self.driver.watchesByID else { throw .endingsUnknown }
        return SessionEndings(session: WatchedSession(id: id, live: nil), watch: self.endingWatch)
    }
}

extension SessionError {
    fileprivate static let endingsUnknown = SessionError(
        .notOffered,
        """
        This backend finds no session by its id: pass the Session of a request to endings(of:), or use the backend \
        .stored(in:).
        """
    )
}
