//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// How a session's credential travels between client and server.
///
/// A transport knows where a credential is in a request and in a response, and nothing about what it opens: it may be a
/// bare token, a signed one, or a whole sealed session. What it reads is a claim, and the engine decides. It must
/// accept any bytes without trapping. Its properties do not change: an engine reads them once, when it is created.
public protocol SessionTransport: Sendable {
    /// The kind of the transport. An engine has at most one of each kind.
    var kind: SessionTransportKind { get }

    /// The request field that holds credentials. Responses that depend on the session name it in `Vary`.
    var requestField: HTTPField.Name { get }

    /// Whether clients send the credential by themselves, as browsers send cookies, even in a request that another site
    /// caused. Such requests need CSRF protection. The default is true.
    var isAmbient: Bool { get }

    /// Whether ``set(_:_:in:)`` reaches the client. If not, the handler sends ``Session/bearerToken``, and nothing is
    /// renewed by time. The default is true.
    var deliversCredential: Bool { get }

    /// Returns the transport for an engine's configuration. An engine calls it once, when it is created. The default
    /// returns the transport itself. A transport that wraps another one must bind that one.
    ///
    /// - Throws: ``SessionError`` with the code `configuration` when the transport was made for another configuration.
    func bound(to configuration: SessionConfiguration) throws -> Self

    /// Extracts the credentials of a request, in the order of the request.
    func read(_ request: SessionRequest, into reading: inout ExtractedCredentials)

    /// Delivers a credential to the client, and replaces any that the response already has.
    ///
    /// - Parameters:
    ///   - credential: The credential that the client is to send back: letters, digits, `-`, `_` and `.`. Anyone who
    ///     has it can act as the visitor: send it only to the client.
    ///   - instruction: The lifetime and attributes.
    ///   - response: The header fields of the response.
    func set(_ credential: String, _ instruction: CredentialDelivery, in response: inout HTTPFields)

    /// Makes the client delete its credential, and removes any that the response has.
    func clear(_ instruction: CredentialDelivery, in response: inout HTTPFields)

    /// The value of a `WWW-Authenticate` field that asks for a credential (RFC 9110, 11.6.1). The default is nil: there
    /// is none, as for cookies.
    func challenge(_ challenge: SessionChallenge) -> String?
}

extension SessionTransport {
    public var isAmbient: Bool { true }
    public var deliversCredential: Bool { true }
    public func bound(to configuration: SessionConfiguration) throws -> Self { self }
    public func challenge(_ challenge: SessionChallenge) -> String? { nil }
}

/// How to deliver a credential.
public struct CredentialDelivery: Sendable {
    /// The remaining lifetime of a remembered session; nil for one that ends with the browser.
    public var maxAge: Duration?
    /// The request of this response.
    public var request: SessionRequest
    /// The attributes of this session's cookie that replace the configured ones.
    public var cookieOverrides: SessionCookie.Overrides?
    /// Whether credentials may be too long for one field, and parts of an earlier one may be left over.
    var allowsChunking = false

    /// Creates an instruction.
    public init(maxAge: Duration? = nil, request: SessionRequest, cookieOverrides: SessionCookie.Overrides? = nil) {
        self.maxAge = maxAge
        self.request = request
        self.cookieOverrides = cookieOverrides
    }
}

extension CredentialDelivery: CustomStringConvertible, CustomReflectable {
    /// The lifetime of the credential. It has nothing of the request.
    public var description: String {
        "CredentialDelivery(\(self.maxAge.map { "for \($0)" } ?? "until the browser closes"))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
