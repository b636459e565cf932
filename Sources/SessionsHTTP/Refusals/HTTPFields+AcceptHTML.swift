//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

extension HTTPFields {
    /// Whether a client asks for HTML by name, as browsers do for a navigation (RFC 9110 section 12.5.1). A wildcard,
    /// which programs and scripts send, does not count.
    var acceptHTML: Bool {
        let ranges = self.listItems(of: .accept).map { MediaRange($0) }
        // The most specific range that matches determines the weight of a type.
        for name in ["text/html", "text/*"] {
            let matching = ranges.filter { $0.name == name }
            if !matching.isEmpty { return matching.contains(where: \.isAcceptable) }
        }
        return false
    }
}

/// An item of `Accept`.
private struct MediaRange {
    let name: String
    /// Whether its weight is more than 0.
    let isAcceptable: Bool

    init(_ text: Substring) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map { part in
            part.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        self.name = parts.first ?? ""
        let weight = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
        self.isAcceptable = weight.map { $0.contains { ("1"..."9").contains($0) } } ?? true
    }
}
