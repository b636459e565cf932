//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
public import HTTPTypes

/// Texts in `Authorization: Bearer …`, for programs: applications on phones, scripts, other servers (RFC 6750).
///
/// A request has one such field or none. One that is repeated or malformed is refused with 401 and `WWW-Authenticate`,
/// so that no client acts as another user than it meant to. Fields of other schemes are ignored: proxies that ask for a
/// password add `Basic`. Texts are read from this field alone, never from an address or a body.
///
/// A program is handed its text in one of two ways:
///
/// - In the body that the handler writes: ``Session/bearerToken`` after a login. This is the default.
/// - In a field of the response that you name, as `Bearer …`, whenever it is new.
///
/// Browsers do not send the field of their own accord, so requests that carry it cannot be forged by other sites.
public struct BearerTransport: SessionTransport {
    /// What happens to a request whose `Authorization` is of another scheme.
    public struct OtherSchemes: Sendable, Hashable {
        let areRefused: Bool

        /// The field belongs to other software, such as a proxy that asks for a password: the request is treated as if
        /// it were not there. This is the default.
        public static let ignored = OtherSchemes(areRefused: false)

        /// It is refused with 401, so that a client that misspells `Bearer` is told. For servers behind no such proxy.
        public static let refused = OtherSchemes(areRefused: true)
    }

    /// The field of the response that hands a text out; nil for none.
    private let responseField: HTTPField.Name?
    private let otherSchemes: OtherSchemes

    /// Creates a transport.
    ///
    /// - Parameters:
    ///   - responseField: The field of the response that a new text is handed out in, as `Bearer …`, `Authorization`
    ///     for example. The default is nil: in none; the handler gives the client ``Session/bearerToken``. Sealed
    ///     sessions need a field, for their text changes with whatever is set, and so do tokens without sessions.
    ///   - otherSchemes: What happens to a request whose `Authorization` is of another scheme. The default ignores
    ///     the field.
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
        let texts = values.compactMap(Self.text(of:))
        guard let text = texts.first else {
            if self.otherSchemes.areRefused { reading.refuse(.missing) }
            return
        }
        guard texts.count == 1, values.count == 1 || !self.otherSchemes.areRefused else {
            return reading.refuse(.malformed)
        }
        reading.add(text)
        if reading.malformedCount > 0 { reading.refuse(.unknownToken) }
    }

    /// What stands behind the scheme, whose case does not matter and which one or more spaces follow (RFC 9110, 11.4);
    /// nil for another scheme.
    private static func text(of value: String) -> Substring.UTF8View? {
        let parts = value.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].lazy.map({ $0 | 0x20 }).elementsEqual("bearer".utf8) else { return nil }
        guard parts.count == 2 else { return Substring().utf8 }
        return Substring(parts[1].drop { $0 == UInt8(ascii: " ") }).utf8
    }

    public func set(_ text: String, _ instruction: CredentialDelivery, in response: inout HTTPFields) {
        guard let responseField else { return }
        // A text of any other form would say something else than "Bearer" and a text.
        response[responseField] = text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? "Bearer " + text : nil
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
