//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The result of importing a session of another system: its user and values.
///
/// An adapter that imports such sessions, as `PersistDriverImportMiddleware` of SessionsHummingbird does, asks the
/// application for it.
public struct ImportedSession: Sendable {
    /// The identifier of the user, 1 to 1,024 bytes; nil if no one is logged in. The default is nil.
    public var subject: String?

    /// When the user authenticated. The default is nil: the time is unknown and counts as a day ago, so that operations
    /// which require a recent login require a new one.
    public var authenticatedAt: SessionInstant?

    /// Whether the visitor is remembered after the browser closes. The default is false.
    public var isRemembered = false

    /// The last of several values of one name wins.
    private(set) var values: [(name: String, value: SessionValue)] = []

    /// Creates a session of a user, or an anonymous one.
    public init(subject: String? = nil) {
        self.subject = subject
    }

    /// Sets a value.
    ///
    /// - Throws: ``SessionError`` with the code `notEncodable`; the value is then unchanged.
    public mutating func set<Value>(_ key: SessionKey<Value>, to value: Value) throws {
        let encoded = try key.encode(value)
        self.values.removeAll { $0.name.hasSameBytes(as: key.name) }
        if let encoded { self.values.append((key.name, encoded)) }
    }
}
