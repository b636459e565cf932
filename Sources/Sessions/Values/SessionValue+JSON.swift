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

extension SessionValue {
    /// This value as JSON in UTF-8, for display and for exchange with other systems.
    ///
    /// A number that JSON cannot represent, and a value of a newer version, is `null`.
    public var jsonText: [UInt8] {
        switch self.storage {
        case .integer(let value): Array(String(value).utf8)
        case .boolean(let value): Array((value ? "true" : "false").utf8)
        case .double(let bits): Self.encode(Double(bitPattern: bits)) ?? Self.null
        case .string(let value): Self.encode(value.text) ?? Self.null
        case .json(let text): text
        case .unknown: Self.null
        }
    }

    private static let null = Array("null".utf8)

    private static func encode(_ value: some Encodable) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(value)).map { Array($0) }
    }
}
