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

/// Converts values of a type to ``SessionValue``s and back.
///
/// ``SessionKey``'s initializers choose the codec of every `Codable` type. Write your own for a type that has a better
/// encoding than JSON.
public struct SessionValueCodec<Value: Sendable>: Sendable {
    /// Encodes a value; nil removes it.
    public let encode: @Sendable (Value) throws -> SessionValue?
    /// Decodes a value; throws if it is invalid.
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
    /// Stores numbers, booleans and strings directly, and everything else as JSON with sorted keys.
    static var automatic: SessionValueCodec {
        SessionValueCodec(encode: { try ValueCoding.encode($0) }, decode: { try ValueCoding.decode($0) })
    }

    /// The same for an optional value: nil removes it.
    static func optional<Wrapped: Codable & Sendable>() -> SessionValueCodec where Value == Wrapped? {
        SessionValueCodec(
            encode: { try $0.map { try ValueCoding.encode($0) } },
            decode: { try ValueCoding.decode($0) as Wrapped }
        )
    }
}

enum ValueCoding {
    /// Like the automatic codec, but created once, because counters are common.
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
            // A canonical encoding: writing an equal value is then not a change.
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
        // A value that was written as another type, such as a number that is now an enum, is still JSON.
        return try self.decodeJSON(value)
    }

    static func decodeJSON<Value: Decodable>(_ value: SessionValue) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(value.jsonText))
    }
}
