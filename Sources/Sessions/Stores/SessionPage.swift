//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A page of a listing of sessions, with the cursor of the next page.
///
/// Listings are read page by page, so that neither memory nor a deadline depends on their size.
public struct SessionPage: Sendable, Equatable {
    /// The sessions of this page, at most as many as were requested. A page may be empty and not be the last.
    public var records: [SessionRecord]
    /// The cursor of the next page; nil after the last page.
    public var next: SessionCursor?

    /// Creates a page.
    public init(_ records: [SessionRecord], next: SessionCursor?) {
        self.records = records
        self.next = next
    }

    /// Creates a page for a store that lists in id order: the next page begins after the last record.
    ///
    /// - Parameters:
    ///   - records: The records, in the order of their ids.
    ///   - limit: How many were requested. Fewer records mean the end of the listing.
    public init(_ records: [SessionRecord], ofAtMost limit: Int) {
        self.init(records, next: records.count < limit ? nil : records.last.map { SessionCursor(after: $0.id) })
    }
}

/// The result of one step of ending all sessions of a subject.
public struct SessionEndingPage: Sendable, Equatable {
    /// How many sessions this step ended.
    public var endedCount: Int
    /// The cursor of the next step; nil after the last step.
    public var next: SessionCursor?

    /// Creates the result of a step.
    public init(endedCount: Int, next: SessionCursor?) {
        self.endedCount = endedCount
        self.next = next
    }
}
