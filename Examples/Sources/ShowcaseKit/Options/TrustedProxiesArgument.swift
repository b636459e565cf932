//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The proxies whose forwarded headers are trusted: a count of proxies, or networks separated by commas.
enum TrustedProxiesArgument {
    static func parse(_ text: String) throws -> TrustedProxies {
        if let count = Int(text) {
            return count == 0 ? .none : .count(count)
        }
        // The configuration check rejects invalid networks, along with all other problems.
        let networks = text.split(separator: ",", omittingEmptySubsequences: false)
        return .networks(networks.map { String($0.drop { $0 == " " }) })
    }
}
