//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Which proxies stand between visitors and this server, and so whose `X-Forwarded-For` and `X-Forwarded-Proto` are
/// believed.
///
/// Anyone can write these fields. Believe those that your own proxies wrote, and no more: a count or network that is
/// too wide lets a visitor choose the address and the scheme that you see.
public struct TrustedProxies: Sendable, Equatable {
    private enum Rule: Sendable, Equatable {
        case none
        case count(Int)
        case networks([IPNetwork])
    }

    private let rule: Rule
    /// What is wrong with the rule, in words that say what to change.
    let problems: [String]

    /// Nobody is believed: the connection is what it is. This is the default.
    public static let none = TrustedProxies(rule: .none, problems: [])

    /// So many proxies, each of which appends the address it got the request from.
    ///
    /// - Warning: Every request must come through them. Who reaches the server past them is believed instead.
    public static func count(_ count: Int) -> TrustedProxies {
        let problems = (1...16).contains(count) ? [] : ["trustedProxies.count is \(count): give 1 to 16, or .none."]
        return TrustedProxies(rule: .count(count), problems: problems)
    }

    /// Proxies by their addresses, in CIDR notation: `10.0.0.0/8`, `fd00::/8`, `192.0.2.7`. At least one; everybody
    /// (`0.0.0.0/0`, `::/0`) is refused.
    public static func networks(_ networks: [String]) -> TrustedProxies {
        let problems =
            networks.isEmpty
            ? ["trustedProxies.networks is empty: name the networks of your proxies, or use .none."]
            : networks.compactMap(Self.problem)
        return TrustedProxies(rule: .networks(networks.compactMap(IPNetwork.init)), problems: problems)
    }

    private static func problem(ofNetwork text: String) -> String? {
        guard let network = IPNetwork(text) else {
            return "trustedProxies.networks has \"\(text)\", which is no network: write it as 10.0.0.0/8 or fd00::/8."
        }
        guard network.isEverything else { return nil }
        return """
            trustedProxies.networks has "\(text)", which is everybody: any visitor could choose the address and the \
            scheme that you see. Name the networks of your proxies.
            """
    }

    /// The request as the visitor made it, not as the nearest proxy passed it on.
    @inline(__always)
    func resolve(_ request: consuming SessionRequest) -> SessionRequest {
        if case .none = self.rule { return request }
        return self.resolveHops(of: request)
    }

    private func resolveHops(of request: consuming SessionRequest) -> SessionRequest {
        let forwardedFor = Self.list("x-forwarded-for", in: request.headerFields)
        let hops = self.trustedHops(from: request.clientAddress, forwardedFor: forwardedFor)
        guard hops > 0 else { return request }
        if !forwardedFor.isEmpty {
            // The last entry was written by the nearest proxy, the one before it by the next, and so on.
            request.clientAddress = IPAddress(forwardedFor[max(0, forwardedFor.count - hops)])?.text
        }
        let schemes = Self.list("x-forwarded-proto", in: request.headerFields)
        if !schemes.isEmpty {
            request.isSecure = schemes[max(0, schemes.count - hops)].lowercased() == "https"
        }
        return request
    }

    /// How many entries from the end of the list were written by trusted proxies.
    private func trustedHops(from peer: String?, forwardedFor: [Substring]) -> Int {
        switch self.rule {
        case .none:
            return 0
        case .count(let count):
            return max(0, count)
        case .networks(let networks):
            var hops = 0
            var next = peer.map { $0[...] }
            while let address = next.flatMap({ IPAddress($0) }), networks.contains(where: { $0.contains(address) }) {
                hops += 1
                next = hops <= forwardedFor.count ? forwardedFor[forwardedFor.count - hops] : nil
            }
            return hops
        }
    }

    /// The items of a field. More than 64 hops are nobody's network: only the last 64 are looked at.
    private static func list(_ name: String, in fields: HTTPFields) -> [Substring] {
        HTTPField.Name(name).map { Array(fields.listItems(of: $0).suffix(64)) } ?? []
    }
}
