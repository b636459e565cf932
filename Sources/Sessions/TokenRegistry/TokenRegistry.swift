//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Tokens with an expiry that represent something other than a session: invitations, links that log in or reset a
/// password, API keys.
///
/// ```swift
/// let resets = try TokenRegistry<String>("password resets", in: store)
///
/// let token = try await resets.register("ada", for: .seconds(30 * 60))
/// // … token.text travels in an e-mail, and comes back …
/// let reset = try await resets.redeem(token)
/// reset?.subject  // "ada", once
/// ```
///
/// It works with any ``SessionStore``, including that of the sessions, and follows the same rules. A token has 384
/// random bits. The store has a hash of its secret and nothing that opens anything. An expired or disposed token is
/// invalid at once on every server. A registered token opens no session, and a session's token and a token of another
/// registry are invalid here: use one registry for each purpose, so that an invitation cannot reset a password.
///
/// To parse a client's input, use ``SessionToken/init(_:)-(StringProtocol)``, which returns nil for anything that is
/// not a token.
public struct TokenRegistry<Subject: Codable & Sendable>: Sendable {
    /// A registered token, without the token.
    public struct Entry: Sendable {
        /// The public id of the token, for lists and logs. It opens nothing.
        public let id: SessionID
        /// What the token represents.
        public let subject: Subject
        /// The category it was registered in.
        public let category: String
        /// When it was registered.
        public let createdAt: SessionInstant
        /// When it expires: at this exact millisecond it has expired.
        public let expiresAt: SessionInstant
    }

    /// A page of the valid tokens of a category.
    public struct Page: Sendable {
        /// The tokens of this page. A page may be empty and not be the last.
        public let entries: [Entry]
        /// The cursor of the next page; nil after the last page.
        public let next: SessionCursor?
    }

    /// The name of the registry in the store.
    public let name: String
    /// The maximum number of tokens in one category, or nil.
    public let maximumPerCategory: Int?
    let store: ResilientStore

    /// Creates a registry, or opens an existing one.
    ///
    /// - Parameters:
    ///   - name: The name in the store: 1 to 64 bytes, different from those of registries with another purpose.
    ///   - store: The store. Lists, limits and ``disposeAll(category:)`` need a ``SubjectSessionStore``.
    ///   - maximumPerCategory: The maximum number of valid tokens in one category; a further one ends the oldest. With
    ///     a category for each user and a maximum of 1, only the newest link is valid. The default is nil: no limit.
    ///   - configuration: The clock, the random source, ``SessionConfiguration/storeDeadline``,
    ///     ``SessionConfiguration/retryAfter``, ``SessionConfiguration/tombstoneLifetime`` and
    ///     ``SessionConfiguration/maximumValuesSize`` are those of this configuration, and its
    ///     ``SessionConfiguration/observers`` receive events of unreadable records. Other options are ignored. The
    ///     default is ``SessionConfiguration/init()``.
    /// - Throws: ``SessionError`` with the code `configuration`.
    public init(
        _ name: String,
        in store: any SessionStore,
        maximumPerCategory: Int? = nil,
        configuration: SessionConfiguration = SessionConfiguration()
    ) throws {
        try configuration.check()
        var problems: [String] = []
        if !(1...64).contains(name.utf8.count) || name.utf8.contains(0) {
            problems.append(
                "The name of a token registry has 1 to 64 bytes, none of them 0; this one has \(name.utf8.count).")
        }
        if let maximumPerCategory, maximumPerCategory < 1 {
            problems.append("maximumPerCategory is \(maximumPerCategory): give at least 1, or nil for any number.")
        }
        if maximumPerCategory != nil, !(store is any SubjectSessionStore) {
            problems.append("maximumPerCategory needs a store that is a SubjectSessionStore: use one, or nil.")
        }
        guard problems.isEmpty else { throw SessionError.configuration(problems) }
        self.name = name
        self.maximumPerCategory = maximumPerCategory
        self.store = ResilientStore(store: store, EngineEnvironment(configuration))
    }
}

extension TokenRegistry: CustomStringConvertible, CustomReflectable {
    /// Its name, without its store.
    public var description: String { "TokenRegistry(\(self.name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
