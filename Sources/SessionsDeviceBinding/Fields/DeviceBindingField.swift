//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
public import HTTPTypes
import RawStructuredFieldValues
public import Sessions

/// Reads the header fields that browsers send, and writes those that they read.
///
/// The draft quotes the values of request fields as strings (RFC 9651 section 3.3.3). Chrome sends them bare. Both are
/// read, and parameters are ignored. A field that occurs twice, or is longer than ``maximumByteCount``, is rejected.
public enum DeviceBindingField {
    /// The maximum length of a request field, in bytes: 4,096. A proof of ES256 has fewer than 600.
    public static let maximumByteCount = 4_096

    /// Reads the proof of a registration or a refresh.
    ///
    /// - Parameter fields: The header fields of the request.
    /// - Returns: The proof, which is not verified; nil if there is no field.
    /// - Throws: ``DeviceProofError`` with the code `malformedField`.
    public static func proof(in fields: HTTPFields) throws(DeviceProofError) -> String? {
        try self.text(of: .secureSessionResponse, in: fields)
    }

    /// Reads the session that a refresh is for. An id is no credential.
    ///
    /// - Parameter fields: The header fields of the request.
    /// - Returns: The id; nil if there is no field.
    /// - Throws: ``DeviceProofError`` with the code `malformedField`.
    public static func sessionID(in fields: HTTPFields) throws(DeviceProofError) -> SessionID? {
        guard let text = try self.text(of: .secureSessionID, in: fields) else { return nil }
        guard let id = SessionID(text) else { throw DeviceProofError(.malformedField) }
        return id
    }

    /// The value of `Secure-Session-Registration`, which offers the registration of a key for ES256.
    ///
    /// - Parameters:
    ///   - path: The path of the registration, such as `/device-binding/registration`.
    ///   - challenge: The challenge of the registration.
    ///   - authorization: What the browser repeats in the proof and in `Authorization`. The default is nil: nothing.
    /// - Returns: Nil if a value has a character that is not printable ASCII.
    public static func registration(path: String, challenge: String, authorization: String? = nil) -> String? {
        var parameters: [(String, String)] = [("path", path), ("challenge", challenge)]
        if let authorization { parameters.append(("authorization", authorization)) }
        let algorithms: BareInnerList = [Item(bareItem: RFC9651BareItem.token("ES256"), parameters: [:])]
        return self.list(of: .innerList(InnerList(bareInnerList: algorithms, parameters: .init(parameters))))
    }

    /// The value of `Secure-Session-Challenge`.
    ///
    /// - Parameters:
    ///   - challenge: The challenge.
    ///   - sessionID: The session.
    /// - Returns: Nil if the challenge has a character that is not printable ASCII.
    public static func challenge(_ challenge: String, for sessionID: SessionID) -> String? {
        let item = Item(bareItem: RFC9651BareItem.string(challenge), parameters: .init([("id", "\(sessionID)")]))
        return self.list(of: .item(item))
    }

    /// The text of a request field that is quoted or bare.
    private static func text(of name: HTTPField.Name, in fields: HTTPFields) throws(DeviceProofError) -> String? {
        let values = fields[values: name]
        guard let value = values.first else { return nil }
        guard values.count == 1, value.utf8.count <= Self.maximumByteCount else {
            throw DeviceProofError(.malformedField)
        }
        guard value.utf8.first == UInt8(ascii: "\"") else {
            guard !value.isEmpty, value.utf8.allSatisfy(Self.isBare) else { throw DeviceProofError(.malformedField) }
            return value
        }
        var parser = StructuredFieldValueParser(Array(value.utf8))
        guard case .string(let text)? = try? parser.parseItemFieldValue().rfc9651BareItem else {
            throw DeviceProofError(.malformedField)
        }
        return text
    }

    /// Ids and challenges are base64url, and proofs have dots besides.
    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func list(of element: ItemOrInnerList) -> String? {
        var serializer = StructuredFieldValueSerializer()
        return (try? serializer.writeListFieldValue([element])).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension OrderedMap<String, RFC9651BareItem> {
    /// Parameters that are strings.
    fileprivate init(_ strings: [(String, String)]) {
        self.init()
        for (name, text) in strings { self[name] = .string(text) }
    }
}
#endif
