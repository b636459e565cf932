//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a transport found in a request.
///
/// A reading knows what texts of its engine look like, and takes no others.
public struct SessionTokenReading: Sendable {
    /// How many texts are looked at: a browser sends one, an attacker that plants cookies may make it several.
    public static let limit = 4

    /// What texts of an engine look like.
    enum Form {
        /// Bare tokens.
        case token
        /// Tokens that are signed for a name.
        case signed(TokenSigner, name: String)
        /// Texts that may be long.
        case long(limit: Int)
        /// Texts that another system makes.
        case foreign(@Sendable ([UInt8]) -> ForeignClaim?)
    }

    private let form: Form
    /// Nearly every request has one token at most, for which no array is made.
    private(set) var firstToken: SessionToken?
    private var furtherTokens: [SessionToken] = []
    /// The texts of sealed sessions, different from each other.
    private(set) var texts: [[UInt8]] = []
    /// The names that another system gave to sessions, different from each other.
    private(set) var foreignIDs: [ForeignSessionID] = []
    /// How many values had the right name and were not tokens.
    public private(set) var malformedCount = 0
    /// How many were left out because there were too many.
    public private(set) var surplusCount = 0
    /// Why the request is to be refused.
    private(set) var refusal: SessionChallenge?
    /// Whether a text was made with a key that is not the newest.
    private(set) var isOutdated = false

    /// Nothing found, of bare tokens.
    public init() {
        self.init(of: .token)
    }

    /// Nothing found, of texts of some form.
    init(of form: Form) {
        self.form = form
    }

    /// Whether a text may be spread over several fields.
    var maySplit: Bool { if case .long = self.form { true } else { false } }

    /// The tokens, different from each other.
    public var tokens: [SessionToken] { self.firstToken.map { [$0] + self.furtherTokens } ?? [] }

    /// The token, if it is the only one.
    var onlyToken: SessionToken? { self.furtherTokens.isEmpty ? self.firstToken : nil }

    /// Whether the request is to be refused.
    public var isRefused: Bool { self.refusal != nil }

    /// Whether nothing was found.
    var isEmpty: Bool {
        self.firstToken == nil && self.texts.isEmpty && self.foreignIDs.isEmpty && self.malformedCount == 0
            && self.surplusCount == 0
    }

    /// Has the request refused, for what it carries where this transport reads and nobody else does: HTTP 401, with the
    /// transport's answer to the challenge. Not for cookies, which anybody may have planted.
    public mutating func refuse(_ challenge: SessionChallenge) {
        self.refusal = challenge
    }

    /// Adds what was found under the right name.
    public mutating func add(_ text: some Collection<UInt8>) {
        switch self.form {
        case .token:
            self.add(SessionToken(text))
        case .signed(let signer, let name):
            let verified = signer.verify(text, for: name)
            self.isOutdated = self.isOutdated || verified?.isOldKey ?? false
            self.add(verified?.token)
        case .long(let limit):
            guard !text.isEmpty, text.count <= limit else { return self.malformedCount += 1 }
            guard !self.texts.contains(where: { $0.elementsEqual(text) }) else { return }
            self.hasRoom(self.texts.count) { $0.texts.append(Array(text)) }
        case .foreign(let claim):
            guard let claim = claim(Array(text)) else { return self.malformedCount += 1 }
            self.isOutdated = self.isOutdated || claim.isOutdated
            guard !self.foreignIDs.contains(claim.id) else { return }
            self.hasRoom(self.foreignIDs.count) { $0.foreignIDs.append(claim.id) }
        }
    }

    @inline(__always)
    private mutating func add(_ token: SessionToken?) {
        guard let token else { return self.malformedCount += 1 }
        guard let first = self.firstToken else { return self.firstToken = token }
        guard !first.matches(token), !self.furtherTokens.contains(where: { $0.matches(token) }) else { return }
        self.hasRoom(1 + self.furtherTokens.count) { $0.furtherTokens.append(token) }
    }

    private mutating func hasRoom(_ count: Int, _ append: (inout Self) -> Void) {
        if count < Self.limit { append(&self) } else { self.surplusCount += 1 }
    }
}
