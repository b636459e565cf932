//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// A page of a listing of an Express application's records.
public struct ExpressPage<Element: Sendable>: Sendable {
    /// The elements of this page. An empty page is not necessarily the last.
    public var elements: [Element]
    /// The cursor of the next page. Nil after the last page.
    public var next: SessionCursor?

    /// Creates a page.
    public init(_ elements: [Element], next: SessionCursor?) {
        self.elements = elements
        self.next = next
    }
}

/// A record of an Express application in a listing, with an id that cannot open the session.
public struct ExpressRecord: Sendable, Equatable {
    /// The public id of the session.
    public let id: SessionID
    /// The JSON text of its record.
    public let text: [UInt8]
}

extension ExpressPage: CustomStringConvertible, CustomReflectable {
    /// The number of elements. It does not show them: the keys of records are the secret ids of sessions.
    public var description: String { "ExpressPage(\(self.elements.count) elements)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
