//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A part of a listing of sessions, and where the next part begins.
///
/// A listing is read page by page, so that its size costs neither memory nor a deadline.
public struct SessionPage: Sendable, Equatable {
    /// The sessions of this page, at most as many as were asked for. A page may be empty and not be the last.
    public var records: [SessionRecord]
    /// Where the next page begins; nil after the last page.
    public var next: SessionCursor?

    /// Creates a page.
    public init(_ records: [SessionRecord], next: SessionCursor?) {
        self.records = records
        self.next = next
    }

    /// Creates a page of a store whose listings are in the order of ids: what follows begins after its last record.
    ///
    /// - Parameters:
    ///   - records: The records, in the order of their ids.
    ///   - limit: How many were asked for. Fewer records are the end of the listing.
    public init(_ records: [SessionRecord], ofAtMost limit: Int) {
        self.init(records, next: records.count < limit ? nil : records.last.map { SessionCursor(after: $0.id) })
    }
}

/// What one step of the ending of all sessions of a subject did.
public struct SessionEndingPage: Sendable, Equatable {
    /// How many sessions this step ended.
    public var endedCount: Int
    /// Where the next step begins; nil after the last step.
    public var next: SessionCursor?

    /// Creates the result of a step.
    public init(endedCount: Int, next: SessionCursor?) {
        self.endedCount = endedCount
        self.next = next
    }
}
