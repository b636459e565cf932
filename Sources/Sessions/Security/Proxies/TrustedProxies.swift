//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// The proxies between visitors and this server whose forwarding fields are trusted.
///
/// Anyone can write forwarding fields. Trust only those that your own proxies wrote: a count or network that is too
/// wide lets a visitor choose the address and the scheme that you see.
///
/// The fields must be consistent:
///
/// - The scheme is secure when it is `https` or `wss`.
/// - `X-Forwarded-Proto` has one scheme, written by the nearest proxy, or as many as `X-Forwarded-For` has addresses.
///   Other lists are contradictory.
/// - `Forwarded` follows the grammar of RFC 7239 exactly.
///
/// Inconsistent fields are rejected: the address is then unknown, and the connection counts as not secure.
public struct TrustedProxies: Sendable, Equatable {
    /// The fields that the proxies write. Only these are read: a proxy passes on the others as the visitor wrote them.
    public struct Fields: Sendable, Hashable {
        let areStandard: Bool

        /// `X-Forwarded-For` and `X-Forwarded-Proto`. This is the default.
        public static let xForwarded = Fields(areStandard: false)

        /// `Forwarded` (RFC 7239), with its parameters `for` and `proto`.
        public static let forwarded = Fields(areStandard: true)
    }

    private enum Rule: Sendable, Equatable {
        case none
        case count(Int)
        case networks([IPNetwork])
    }

    private let rule: Rule
    private let fields: Fields
    /// What is wrong with the rule, with what to change.
    let problems: [String]

    private init(rule: Rule, fields: Fields = .xForwarded, problems: [String] = []) {
        self.rule = rule
        self.fields = fields
        self.problems = problems
    }

    /// No proxy is trusted: the connection itself is authoritative. This is the default.
    public static let none = TrustedProxies(rule: .none)

    /// A number of proxies. Each appends the address that it received the request from.
    ///
    /// - Parameters:
    ///   - count: The number of proxies, 1 to 16.
    ///   - fields: The fields that they write. The default is ``Fields/xForwarded``.
    /// - Warning: Every request must come through them. A client that bypasses them can choose the address and scheme
    ///   that you see.
    public static func count(_ count: Int, fields: Fields = .xForwarded) -> TrustedProxies {
        let problems = (1...16).contains(count) ? [] : ["trustedProxies.count is \(count): give 1 to 16, or .none."]
        return TrustedProxies(rule: .count(count), fields: fields, problems: problems)
    }

    /// Proxies by their addresses.
    ///
    /// - Parameters:
    ///   - networks: The addresses in CIDR notation: `10.0.0.0/8`, `fd00::/8`, `192.0.2.7`. At least one; all addresses
    ///     (`0.0.0.0/0`, `::/0`) are rejected.
    ///   - fields: The fields that they write. The default is ``Fields/xForwarded``.
    public static func networks(_ networks: [String], fields: Fields = .xForwarded) -> TrustedProxies {
        let problems =
            networks.isEmpty
            ? ["trustedProxies.networks is empty: name the networks of your proxies, or use .none."]
            : networks.compactMap(Self.problem)
        return TrustedProxies(
            rule: .networks(networks.compactMap(IPNetwork.init)), fields: fields, problems: problems)
    }

    private static func problem(ofNetwork text: String) -> String? {
        guard let network = IPNetwork(text) else {
            return "trustedProxies.networks has \"\(text)\", which is no network: write it as 10.0.0.0/8 or fd00::/8."
        }
        guard network.isEverything else { return nil }
        return """
            trustedProxies.networks has "\(text)", which is every address: any visitor could choose the address and \
            the scheme that you see. Name the networks of your proxies.
            """
    }

    /// Makes a request what the visitor sent, not what the nearest proxy passed on. In place, because a copy costs
    /// ("memory: untouched").
    func resolve(_ request: inout SessionRequest) {
        if case .none = self.rule { return }
        let hops =
            self.fields.areStandard
            ? ForwardedHops(standard: request.headerFields) : ForwardedHops(xForwarded: request.headerFields)
        let count = self.trustedCount(from: request.clientAddress, hops.addresses)
        guard count > 0 else { return }
        guard !hops.isContradictory else {
            (request.clientAddress, request.isSecure) = (nil, false)
            return
        }
        if let address = hops.address(before: count) { request.clientAddress = IPAddress(address)?.text }
        if let scheme = hops.scheme(before: count) {
            request.isSecure = ["https", "wss"].contains(scheme.lowercased())
        }
    }

    /// How many entries at the end of the list were written by trusted proxies.
    private func trustedCount(from peer: String?, _ addresses: [String]) -> Int {
        switch self.rule {
        case .none:
            return 0
        case .count(let count):
            return max(0, count)
        case .networks(let networks):
            var count = 0
            var next = peer
            while let address = next.flatMap({ IPAddress($0) }), networks.contains(where: { $0.contains(address) }) {
                count += 1
                next = count <= addresses.count ? addresses[addresses.count - count] : nil
            }
            return count
        }
    }
}
