//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How values of a type become ``SessionValue``s and come back.
///
/// The codec of every `Codable` type is chosen by ``SessionKey``'s initialisers. Write your own for a type that has a
/// better form than JSON.
public struct SessionValueCodec<Value: Sendable>: Sendable {
    /// The encoded value, or nil for "nothing to remember", which removes it.
    public let encode: @Sendable (Value) throws -> SessionValue?
    /// The value of an encoded one; throws when it is not one.
    public let decode: @Sendable (SessionValue) throws -> Value

    /// Creates a codec.
    public init(
        encode: @escaping @Sendable (Value) throws -> SessionValue?,
        decode: @escaping @Sendable (SessionValue) throws -> Value
    ) {
        self.encode = encode
        self.decode = decode
    }
}

extension SessionValueCodec where Value: Codable {
    /// Numbers, booleans and strings as they are, everything else as JSON with sorted keys.
    static var automatic: SessionValueCodec {
        SessionValueCodec(encode: { try ValueCoding.encode($0) }, decode: { try ValueCoding.decode($0) })
    }

    /// The same for a value that may be absent: nil removes it.
    static func optional<Wrapped: Codable & Sendable>() -> SessionValueCodec where Value == Wrapped? {
        SessionValueCodec(
            encode: { try $0.map { try ValueCoding.encode($0) } },
            decode: { try ValueCoding.decode($0) as Wrapped }
        )
    }
}

enum ValueCoding {
    /// As the automatic codec, and made once: counting is what sessions do most.
    static let wholeNumbers = SessionValueCodec<Int>(
        encode: { .integer(Int64($0)) },
        decode: { value in
            if case .integer(let number) = value.storage, let number = Int(exactly: number) { return number }
            return try ValueCoding.decode(value)
        }
    )

    static func encode<Value: Codable>(_ value: Value) throws -> SessionValue {
        switch value {
        case let value as Int: return .integer(Int64(value))
        case let value as String: return .string(value)
        case let value as Bool: return .boolean(value)
        case let value as Double: return .double(value)
        case let value as Int64: return .integer(value)
        default:
            let encoder = JSONEncoder()
            // One spelling for one value: writing what is there already is then no change.
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return .json(try encoder.encode(value))
        }
    }

    static func decode<Value: Codable>(_ value: SessionValue) throws -> Value {
        switch value.storage {
        case .integer(let number):
            if let value = number as? Value ?? Int(exactly: number) as? Value { return value }
        case .boolean(let truth):
            if let value = truth as? Value { return value }
        case .double(let bits):
            if let value = Double(bitPattern: bits) as? Value { return value }
        case .string(let text):
            if let value = text.text as? Value { return value }
        case .json:
            break
        case .unknown(let kind, _):
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: [], debugDescription: "Kind \(kind) is of a newer version.")
            )
        }
        // A value that was written as another type, say a number that a key now wants as an enum, is still JSON.
        return try JSONDecoder().decode(Value.self, from: Data(value.jsonText))
    }
}
