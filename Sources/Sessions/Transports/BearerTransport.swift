//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
public import HTTPTypes

/// Carries credentials in `Authorization: Bearer …`, for programs: mobile apps, scripts, other servers (RFC 6750).
///
/// A request has at most one such field. A repeated or malformed one is rejected with 401 and `WWW-Authenticate`, so
/// that no client acts as the wrong user. Fields of other schemes are ignored: proxies that ask for a password add
/// `Basic`. Credentials are read only from this field, never from a URL or a body.
///
/// A program receives its credential in one of two ways:
///
/// - In the body that the handler writes: ``Session/bearerToken`` after a login. This is the default.
/// - In a response field that you name, as `Bearer …`, whenever it is new.
///
/// Browsers do not send the field by themselves, so other sites cannot forge requests that carry it.
public struct BearerTransport: SessionTransport {
    /// What happens to a request whose `Authorization` is of another scheme.
    public struct OtherSchemes: Sendable, Hashable {
        let areRefused: Bool

        /// The field belongs to other software, such as a proxy that asks for a password, and is ignored. This is the
        /// default.
        public static let ignored = OtherSchemes(areRefused: false)

        /// The request is rejected with 401, so that a client that misspells `Bearer` notices. Use it for servers
        /// without such a proxy.
        public static let refused = OtherSchemes(areRefused: true)
    }

    /// The response field that delivers a credential; nil for none.
    private let responseField: HTTPField.Name?
    private let otherSchemes: OtherSchemes

    /// Creates a transport.
    ///
    /// - Parameters:
    ///   - responseField: The response field that delivers a new credential as `Bearer …`, for example `Authorization`.
    ///     The default is nil: none, and the handler sends the client ``Session/bearerToken``. Sealed sessions need a
    ///     field, because their credential changes with their values, and so do tokens without sessions.
    ///   - otherSchemes: What happens to a request whose `Authorization` is of another scheme. The default ignores the
    ///     field.
    public init(responseField: HTTPField.Name? = nil, otherSchemes: OtherSchemes = .ignored) {
        self.responseField = responseField
        self.otherSchemes = otherSchemes
    }

    public var kind: SessionTransportKind { .bearer }
    public var requestField: HTTPField.Name { .authorization }
    public var isAmbient: Bool { false }
    public var deliversCredential: Bool { self.responseField != nil }

    public func read(_ request: SessionRequest, into reading: inout ExtractedCredentials) {
        let values = request.headerFields[values: .authorization]
        guard !values.isEmpty else { return }
        let credentials = values.compactMap(Self.credential(of:))
        guard let credential = credentials.first else {
            if self.otherSchemes.areRefused { reading.refuse(.missing) }
            return
        }
        guard credentials.count == 1, values.count == 1 || !self.otherSchemes.areRefused else {
            return reading.refuse(.malformed)
        }
        reading.add(credential)
        if reading.malformedCount > 0 { reading.refuse(.unknownToken) }
    }

    /// The part after the scheme, which is case-insensitive and followed by one or more spaces (RFC 9110, 11.4); nil
    /// for another scheme.
    private static func credential(of value: String) -> Substring.UTF8View? {
        let parts = value.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].lazy.map({ $0 | 0x20 }).elementsEqual("bearer".utf8) else { return nil }
        guard parts.count == 2 else { return Substring().utf8 }
        return Substring(parts[1].drop { $0 == UInt8(ascii: " ") }).utf8
    }

    public func set(_ credential: String, _ instruction: CredentialDelivery, in response: inout HTTPFields) {
        guard let responseField else { return }
        // A credential with other characters would break the syntax of the field.
        response[responseField] =
            credential.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? "Bearer " + credential : nil
    }

    public func clear(_ instruction: CredentialDelivery, in response: inout HTTPFields) {
        guard let responseField else { return }
        response[responseField] = nil
    }

    public func challenge(_ challenge: SessionChallenge) -> String? {
        var parameters = challenge.error.map { ["error=\"\($0)\""] } ?? []
        if !challenge.acrValues.isEmpty {
            parameters.append("acr_values=\"\(challenge.acrValues.joined(separator: " "))\"")
        }
        if let maxAge = challenge.maxAge { parameters.append("max_age=\"\(maxAge.wholeSeconds)\"") }
        return parameters.isEmpty ? "Bearer" : "Bearer " + parameters.joined(separator: ", ")
    }
}
