//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension SessionKey {
    /// A key for a value that JavaScript reads and writes. It works like any other key, but encodes dates, including
    /// nested ones, as `JSON.stringify` does.
    ///
    /// ```swift
    /// extension SessionKey<Date?> {
    ///     static var lastVisit: Self { .javaScript("lastVisit") }
    /// }
    /// ```
    ///
    /// - Parameter name: The name of the property in `req.session`.
    public static func javaScript<Wrapped: Codable & Sendable>(_ name: String) -> SessionKey where Value == Wrapped? {
        SessionKey(
            name,
            default: nil,
            codec: SessionValueCodec(
                encode: { try $0.map { try JavaScriptCoding.encode($0) } },
                decode: { try JavaScriptCoding.decode($0) as Wrapped }
            )
        )
    }

    /// A key for a value that JavaScript reads and writes, with a default.
    ///
    /// - Parameters:
    ///   - name: The name of the property in `req.session`.
    ///   - defaultValue: The result of reading when nothing is stored.
    public static func javaScript(_ name: String, default defaultValue: Value) -> SessionKey where Value: Codable {
        SessionKey(
            name,
            default: defaultValue,
            codec: SessionValueCodec(
                encode: { try JavaScriptCoding.encode($0) }, decode: { try JavaScriptCoding.decode($0) })
        )
    }
}

private enum JavaScriptCoding {
    static func encode(_ value: some Encodable) throws -> SessionValue {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(JavaScriptDate.text(JavaScriptDate.instant(date)))
        }
        return .json(try encoder.encode(value))
    }

    static func decode<Value: Decodable>(_ value: SessionValue) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            guard let instant = JavaScriptDate.parse(try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "Not a date of JavaScript.")
            }
            return instant.date
        }
        return try decoder.decode(Value.self, from: Data(value.jsonText))
    }
}
