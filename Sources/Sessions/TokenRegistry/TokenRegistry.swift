//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Tokens that stand for something other than a session, for a while: invitations, links that log in or reset a
/// password, keys of an API.
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
/// It lives in any ``SessionStore``, also in that of the sessions, and shares their rules: a token has 384 random bits,
/// the store has a hash of its secret and nothing that opens anything, and what has expired or was disposed of is gone
/// at once on every server. A registered token is nobody's session, a session's token is nothing here, and neither is a
/// token of another registry: make one for each purpose, so that an invitation resets no password.
///
/// What a client sends becomes a token with ``SessionToken/init(_:)-(StringProtocol)``, which is nil for anything that
/// is none.
public struct TokenRegistry<Subject: Codable & Sendable>: Sendable {
    /// A registered token, without the token.
    public struct Entry: Sendable {
        /// The public name of the token, for lists and logs. It opens nothing.
        public let id: SessionID
        /// What the token stands for.
        public let subject: Subject
        /// The category it was registered in.
        public let category: String
        /// When it was registered.
        public let createdAt: Instant
        /// When it is over: at this very millisecond it is.
        public let expiresAt: Instant
    }

    /// A part of the live tokens of a category.
    public struct Page: Sendable {
        /// What the tokens of this page stand for. A page may be empty and not be the last.
        public let entries: [Entry]
        /// Where the next page begins; nil after the last page.
        public let next: SessionCursor?
    }

    /// What the registry is called in the store.
    public let name: String
    /// The most tokens of one category, or nil.
    public let maximumPerCategory: Int?
    let store: ResilientStore

    /// Creates a registry, or opens one that is there.
    ///
    /// - Parameters:
    ///   - name: What it is called in the store: 1 to 64 bytes, other than those of registries with another purpose.
    ///   - store: The store. Lists, limits and ``disposeAll(category:)`` need a ``SubjectSessionStore``.
    ///   - maximumPerCategory: The most tokens that live in one category; whatever is one too many ends the oldest.
    ///     With a category for each user and 1, only the newest link counts. The default is nil: any number.
    ///   - configuration: The clock, the random source, ``SessionConfiguration/storeDeadline``,
    ///     ``SessionConfiguration/retryAfter``, ``SessionConfiguration/tombstoneLifetime`` and
    ///     ``SessionConfiguration/maximumValuesSize`` are those of this configuration, and its
    ///     ``SessionConfiguration/observers`` hear of what cannot be read. Nothing else of it counts. The default is
    ///     ``SessionConfiguration/init()``.
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
    /// Its name, and nothing of its store.
    public var description: String { "TokenRegistry(\(self.name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
