//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Whose forwarded headers are believed: a count of proxies, or networks separated by commas.
enum TrustedProxiesArgument {
    static func parse(_ text: String) throws -> TrustedProxies {
        if let count = Int(text) {
            return count == 0 ? .none : .count(count)
        }
        // What is no network is refused, with all else that is wrong, by the check of the configuration.
        let networks = text.split(separator: ",", omittingEmptySubsequences: false)
        return .networks(networks.map { String($0.drop { $0 == " " }) })
    }
}
