//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// A part of a listing of an Express application's records, and where the next part begins.
public struct ExpressPage<Element: Sendable>: Sendable {
    /// What is on this page. A page may be empty and not be the last.
    public var elements: [Element]
    /// Where the next page begins; nil after the last page.
    public var next: SessionCursor?

    /// Creates a page.
    public init(_ elements: [Element], next: SessionCursor?) {
        self.elements = elements
        self.next = next
    }
}

/// A record of an Express application in a listing, under a name that opens nothing.
public struct ExpressRecord: Sendable, Equatable {
    /// The public name of the session.
    public let id: SessionID
    /// The JSON text of its record.
    public let text: [UInt8]
}

extension ExpressPage: CustomStringConvertible, CustomReflectable {
    /// How many elements there are, and none of them: the keys of records are the secret names of sessions.
    public var description: String { "ExpressPage(\(self.elements.count) elements)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
