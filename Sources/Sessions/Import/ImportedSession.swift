//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What becomes of a session of another system: whose it is, and what is remembered.
///
/// An adapter that takes over the sessions of such a system, as `PersistDriverImportMiddleware` of SessionsHummingbird
/// does, asks the application for it.
public struct ImportedSession: Sendable {
    /// The identifier of the user, 1 to 1,024 bytes; nil while nobody is logged in. The default is nil.
    public var subject: String?

    /// When the user proved who they are. The default is nil: nobody knows, and it counts as a day ago, so that
    /// whatever asks for a recent login asks for a new one.
    public var authenticatedAt: Instant?

    /// Whether the visitor is remembered beyond the life of the browser. The default is false.
    public var isRemembered = false

    /// Of several values of one name the last counts.
    private(set) var values: [(name: String, value: SessionValue)] = []

    /// Creates a session of a user, or of nobody.
    public init(subject: String? = nil) {
        self.subject = subject
    }

    /// Sets a value.
    ///
    /// - Throws: ``SessionError`` with the code `notEncodable`; nothing is set then.
    public mutating func set<Value>(_ key: SessionKey<Value>, to value: Value) throws {
        let encoded = try key.encode(value)
        self.values.removeAll { $0.name.hasSameBytes(as: key.name) }
        if let encoded { self.values.append((key.name, encoded)) }
    }
}
