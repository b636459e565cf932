//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store that reports endings as they happen, so that ``SessionEngine/endings(of:)-(Session)`` need not poll it.
///
/// What a store reports is a hint: the engine loads the session before it believes that it has ended. So a store may
/// report too much, and a report that someone forged ends nothing.
///
/// A store that has to look for the endings of other processes does so in ``checkForEndings()``. It starts no task of
/// its own for that.
public protocol SessionEndingNotifier: SessionStore {
    /// Begins to report endings to an observer, until the observer is released. The store does not retain it.
    ///
    /// The store calls ``SessionEndingObserver/reportsEndings(_:)`` with true as soon as it receives the endings of all
    /// processes, now or later, and with false when it may miss some. In between, every call of
    /// ``SessionStore/end(_:tombstoneUntil:now:)``, of ``SubjectSessionStore`` or of ``EnumerableSessionStore`` that
    /// ends a live session, in any process, leads to a report about it. The report comes after the ending, so that a
    /// load after it does not find the session. Expired sessions are not reported.
    ///
    /// It returns at once. A failure to receive endings is no error: the observer is then not told that it is.
    func addEndingObserver(_ observer: any SessionEndingObserver)

    /// Looks once whether other processes have ended sessions, and reports them before it returns. Optional. The
    /// default does nothing, for stores that receive reports.
    ///
    /// The engine calls it at the ``SessionConfiguration/endingCheckInterval`` while something listens.
    ///
    /// - Throws: An error if the store could not look. The engine then polls each session.
    func checkForEndings() async throws
}

extension SessionEndingNotifier {
    public func checkForEndings() async throws {}
}

/// Receives the reports of a ``SessionEndingNotifier``. The store calls it on any thread; it returns at once.
public protocol SessionEndingObserver: AnyObject, Sendable {
    /// A session may have ended.
    func sessionMayHaveEnded(_ id: SessionID)

    /// Any session may have ended.
    func anySessionMayHaveEnded()

    /// Endings are reported from now on, or may be missed from now on.
    func reportsEndings(_ isReporting: Bool)
}
