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
public struct ExtractedCredentials: Sendable {
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
        case external(@Sendable ([UInt8]) -> VerifiedExternalID?)
    }

    private let form: Form
    /// What was found, each once.
    private(set) var credentials = TinyArray<SessionCredential>()
    /// How many values had the right name and were not tokens.
    public private(set) var malformedCount = 0
    /// How many were left out because there were too many.
    public private(set) var surplusCount = 0
    /// Why the request is to be refused.
    private(set) var refusal: SessionChallenge?
    /// Whether a text was made with a key that is not the newest, or by an earlier release.
    private(set) var isOutdated = false

    /// Nothing found, of bare tokens.
    public init() {
        self.init(of: .token)
    }

    /// Nothing found, of texts of some form.
    init(of form: Form) {
        self.form = form
    }

    /// One credential.
    init(_ credential: SessionCredential) {
        self.init()
        self.add(credential)
    }

    /// Whether a text may be spread over several fields.
    var maySplit: Bool { if case .long = self.form { true } else { false } }

    /// The tokens, different from each other.
    public var tokens: [SessionToken] {
        self.credentials.compactMap { if case .token(let token) = $0 { token } else { nil } }
    }

    /// Whether the request is to be refused.
    public var isRefused: Bool { self.refusal != nil }

    /// Whether nothing was found.
    var isEmpty: Bool {
        self.credentials.isEmpty && self.malformedCount == 0 && self.surplusCount == 0
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
            self.isOutdated = self.isOutdated || verified?.isOutdated ?? false
            self.add(verified?.token)
        case .long(let limit):
            guard !text.isEmpty, text.count <= limit else { return self.malformedCount += 1 }
            self.add(.sealed(Array(text)))
        case .external(let claim):
            guard let claim = claim(Array(text)) else { return self.malformedCount += 1 }
            self.isOutdated = self.isOutdated || claim.isOutdated
            self.add(.external(claim.id))
        }
    }

    private mutating func add(_ token: SessionToken?) {
        guard let token else { return self.malformedCount += 1 }
        self.add(.token(token))
    }

    private mutating func add(_ credential: SessionCredential) {
        let hadRoom = self.credentials.add(credential, upTo: Self.limit) { $0.matches($1) }
        if !hadRoom { self.surplusCount += 1 }
    }
}

extension ExtractedCredentials: CustomStringConvertible, CustomReflectable {
    /// How many texts were found, and none of them.
    public var description: String {
        let found = Array(self.credentials).count
        return "ExtractedCredentials(\(found) found, \(self.malformedCount) malformed, \(self.surplusCount) too many)"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
