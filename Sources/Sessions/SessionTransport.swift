//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// How a token travels between client and server.
///
/// A transport knows the form in which a token is written, and nothing of what it opens. What it reads is a claim; the
/// engine decides. It must take any bytes without trapping, and treat what is not a token as none.
public protocol SessionTransport: Sendable {
    /// The request field that tokens are read from; responses that depend on the session say `Vary` on it.
    var requestField: HTTPField.Name { get }

    /// The tokens that a request carries: well-formed ones, different from each other, in the order of the request, and
    /// at most ``SessionTokenReading/limit`` of them.
    func read(_ request: SessionRequest) -> SessionTokenReading

    /// Hands a token to the client.
    func set(_ token: SessionToken, _ instruction: SessionTokenInstruction, in response: inout HTTPFields)

    /// Makes the client forget its token.
    func clear(_ instruction: SessionTokenInstruction, in response: inout HTTPFields)
}

/// What a transport found in a request.
public struct SessionTokenReading: Sendable {
    /// How many tokens are looked at: a browser sends one, an attacker that plants cookies may make it several.
    public static let limit = 4

    /// The tokens.
    public private(set) var tokens: [SessionToken] = []
    /// How many values had the right name and were not tokens.
    public private(set) var malformedCount = 0
    /// How many tokens were left out because there were too many.
    public private(set) var surplusCount = 0

    /// Nothing found.
    public init() {}

    /// Adds what was found under the right name.
    public mutating func add(_ text: some Collection<UInt8>) {
        guard let token = SessionToken(text) else {
            self.malformedCount += 1
            return
        }
        guard !self.tokens.contains(where: { $0.matches(token) }) else { return }
        if self.tokens.count < Self.limit {
            self.tokens.append(token)
        } else {
            self.surplusCount += 1
        }
    }
}

/// How a token is to be handed out.
public struct SessionTokenInstruction: Sendable {
    /// What is left of a remembered session; nil for one that ends with the browser.
    public var maxAge: Duration?
    /// The request that is being answered.
    public var request: SessionRequest
    /// The attributes that this session's cookie has instead of the configured ones.
    public var cookieOverrides: SessionCookie.Overrides?

    /// Creates an instruction.
    public init(maxAge: Duration? = nil, request: SessionRequest, cookieOverrides: SessionCookie.Overrides? = nil) {
        self.maxAge = maxAge
        self.request = request
        self.cookieOverrides = cookieOverrides
    }
}
