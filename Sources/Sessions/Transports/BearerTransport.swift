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
/// A request has one such field or none. One that is repeated, malformed or of another scheme is refused with 401 and
/// `WWW-Authenticate`; it is never passed over, so that nobody acts as somebody else than they meant to. Texts are read
/// from this field alone, never from an address or a body.
///
/// A program is handed its text in one of two ways:
///
/// - In the body that the handler writes: ``Session/tokenText`` after a login. This is the default.
/// - In a field of the response that you name, as `Bearer …`, whenever it is new.
///
/// Browsers do not send the field of their own accord, so requests that carry it cannot be forged by other sites.
public struct BearerTransport: SessionTransport {
    /// What happens to a request whose `Authorization` is of another scheme.
    public struct OtherSchemes: Sendable, Hashable {
        let areRefused: Bool

        /// It is refused with 401. This is the default.
        public static let refused = OtherSchemes(areRefused: true)

        /// The field is somebody else's: a proxy that asks for a password, for example.
        ///
        /// - Warning: A client that misspells `Bearer` is then a visitor without a session, and is not told why.
        public static let ignored = OtherSchemes(areRefused: false)
    }

    /// The field of the response that hands a text out; nil for none.
    private let responseField: HTTPField.Name?
    private let otherSchemes: OtherSchemes

    /// Creates a transport.
    ///
    /// - Parameters:
    ///   - responseField: The field of the response that a new text is handed out in, as `Bearer …`, `Authorization` for
    ///     example. The default is nil: in none; the handler gives the client ``Session/tokenText``. Sealed sessions
    ///     need a field, for their text changes with whatever is set, and so do tokens without sessions.
    ///   - otherSchemes: What happens to a request whose `Authorization` is of another scheme. The default refuses it.
    public init(responseField: HTTPField.Name? = nil, otherSchemes: OtherSchemes = .refused) {
        self.responseField = responseField
        self.otherSchemes = otherSchemes
    }

    public var kind: SessionTransportKind { .bearer }
    public var requestField: HTTPField.Name { .authorization }
    public var isAmbient: Bool { false }
    public var handsOut: Bool { self.responseField != nil }

    public func read(_ request: SessionRequest, into reading: inout SessionTokenReading) {
        let values = request.headerFields[values: .authorization]
        guard !values.isEmpty else { return }
        guard let text = values.lazy.compactMap(Self.text(of:)).first else {
            if self.otherSchemes.areRefused { reading.refuse(.nobody) }
            return
        }
        guard values.count == 1 else { return reading.refuse(.malformed) }
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

    public func set(_ text: String, _ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        guard let responseField else { return }
        response[responseField] = "Bearer " + text
    }

    public func clear(_ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        guard let responseField else { return }
        response[responseField] = nil
    }

    public func challenge(_ challenge: SessionChallenge) -> String? {
        var parameters = challenge.error.map { ["error=\"\($0)\""] } ?? []
        if let maxAge = challenge.maxAge { parameters.append("max_age=\"\(maxAge.wholeSeconds)\"") }
        return parameters.isEmpty ? "Bearer" : "Bearer " + parameters.joined(separator: ", ")
    }
}
