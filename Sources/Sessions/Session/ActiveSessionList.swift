//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A page of the active sessions of a user.
///
/// The page is a collection: `for session in try await session.activeSessions() { … }`.
public struct ActiveSessionList: Sendable, Equatable {
    /// The sessions of this page.
    public let sessions: [ActiveSession]
    /// The cursor of the next page; nil on the last page.
    public let next: SessionCursor?

    /// The default page size: 100 sessions.
    public static let defaultLimit = 100

    /// Sorts the current session first, then by last use. With ``SessionConfiguration/maximumSessionsPerSubject`` at
    /// its default, all sessions of a user fit on one page. Otherwise each page is sorted by itself.
    init(_ page: SessionPage, current: SessionRecord? = nil, isFirst: Bool = true) {
        var records = page.records
        if let current {
            records.removeAll { $0.id == current.id }
            if isFirst { records.append(current) }
        }
        self.sessions = records.compactMap { ActiveSession($0, isCurrent: $0.id == current?.id) }.sorted {
            left, right in
            guard left.isCurrent == right.isCurrent else { return left.isCurrent }
            guard left.lastAccessedAt == right.lastAccessedAt else { return left.lastAccessedAt > right.lastAccessedAt }
            return left.id < right.id
        }
        self.next = page.next
    }

    /// No sessions.
    static let empty = ActiveSessionList(SessionPage([], next: nil))
}

extension ActiveSessionList: RandomAccessCollection {
    public var startIndex: Int { self.sessions.startIndex }
    public var endIndex: Int { self.sessions.endIndex }
    public subscript(position: Int) -> ActiveSession { self.sessions[position] }
}
