//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// How the text that makes a session travels between client and server.
///
/// A transport knows where a text stands in a request and in a response, and nothing of what it opens: it may be a bare
/// token, a signed one, or a whole sealed session. What it reads is a claim; the engine decides. It must take any bytes
/// without trapping. Its properties do not change: an engine asks for them once, when it is made.
public protocol SessionTransport: Sendable {
    /// What the transport is called. An engine has one of a kind.
    var kind: SessionTransportKind { get }

    /// The request field that texts are read from; responses that depend on the session say `Vary` on it.
    var requestField: HTTPField.Name { get }

    /// Whether clients send the text of their own accord, as browsers send cookies, also when another site made them
    /// ask: requests that were forged are then a danger. The default is true.
    var isAmbient: Bool { get }

    /// Whether ``set(_:_:in:)`` reaches the client; where it does not, the handler gives it ``Session/bearerToken``,
    /// and nothing is renewed by time. The default is true.
    var deliversCredential: Bool { get }

    /// The transport as an engine of a configuration uses it. An engine asks once, when it is made. The default is the
    /// transport itself. A transport that wraps another one binds that.
    ///
    /// - Throws: ``SessionError`` with the code `configuration` when the transport was made for another configuration.
    func bound(to configuration: SessionConfiguration) throws -> Self

    /// Puts the texts that a request carries into a reading, in the order of the request.
    func read(_ request: SessionRequest, into reading: inout ExtractedCredentials)

    /// Hands a text to the client, in place of any that the response has already.
    ///
    /// - Parameters:
    ///   - text: What the client is to send back: letters, digits, `-`, `_` and `.`. Whoever has it is the visitor: it
    ///     goes to the client and nowhere else.
    ///   - instruction: For how long, and with what attributes.
    ///   - response: The header fields of the response.
    func set(_ text: String, _ instruction: CredentialDelivery, in response: inout HTTPFields)

    /// Makes the client forget its text, and takes back any that the response has.
    func clear(_ instruction: CredentialDelivery, in response: inout HTTPFields)

    /// The value of a `WWW-Authenticate` field that asks for a text (RFC 9110, 11.6.1). The default is nil: there is
    /// none, as for cookies.
    func challenge(_ challenge: SessionChallenge) -> String?
}

extension SessionTransport {
    public var isAmbient: Bool { true }
    public var deliversCredential: Bool { true }
    public func bound(to configuration: SessionConfiguration) throws -> Self { self }
    public func challenge(_ challenge: SessionChallenge) -> String? { nil }
}

/// How a text is to be handed out.
public struct CredentialDelivery: Sendable {
    /// What is left of a remembered session; nil for one that ends with the browser.
    public var maxAge: Duration?
    /// The request that is being answered.
    public var request: SessionRequest
    /// The attributes that this session's cookie has instead of the configured ones.
    public var cookieOverrides: SessionCookie.Overrides?
    /// Whether texts may be too long for one field, and another part of one may be left over from before.
    var maySplit = false

    /// Creates an instruction.
    public init(maxAge: Duration? = nil, request: SessionRequest, cookieOverrides: SessionCookie.Overrides? = nil) {
        self.maxAge = maxAge
        self.request = request
        self.cookieOverrides = cookieOverrides
    }
}

extension CredentialDelivery: CustomStringConvertible, CustomReflectable {
    /// For how long a text is handed out. Nothing of the request.
    public var description: String {
        "CredentialDelivery(\(self.maxAge.map { "for \($0)" } ?? "until the browser closes"))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
