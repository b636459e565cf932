//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Which proxies are between visitors and this server, and whose word on the visitor is believed.
///
/// Anyone can write forwarding fields. Believe those that your own proxies wrote, and no more: a count or network that
/// is too wide lets a visitor choose the address and the scheme that you see.
///
/// What the proxies say must agree with itself:
///
/// - The scheme is secure when it is `https` or `wss`.
/// - `X-Forwarded-Proto` has one scheme, written by the nearest proxy, or as many as `X-Forwarded-For` has addresses.
///   Other lists contradict each other.
/// - `Forwarded` follows RFC 7239 to the letter.
///
/// What contradicts itself is rejected: the address is then not known, and the connection counts as not secure.
public struct TrustedProxies: Sendable, Equatable {
    /// The fields that the proxies write. Only these are read: a proxy passes the others on as the visitor wrote them.
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
    /// What is wrong with the rule, in words that say what to change.
    let problems: [String]

    private init(rule: Rule, fields: Fields = .xForwarded, problems: [String] = []) {
        self.rule = rule
        self.fields = fields
        self.problems = problems
    }

    /// No proxy is believed: the connection is what it is. This is the default.
    public static let none = TrustedProxies(rule: .none)

    /// A number of proxies, each of which adds the address that it got the request from.
    ///
    /// - Parameters:
    ///   - count: How many, 1 to 16.
    ///   - fields: The fields that they write. The default is ``Fields/xForwarded``.
    /// - Warning: Every request must come through them. A client that reaches the server past them is believed instead.
    public static func count(_ count: Int, fields: Fields = .xForwarded) -> TrustedProxies {
        let problems = (1...16).contains(count) ? [] : ["trustedProxies.count is \(count): give 1 to 16, or .none."]
        return TrustedProxies(rule: .count(count), fields: fields, problems: problems)
    }

    /// Proxies by their addresses.
    ///
    /// - Parameters:
    ///   - networks: The addresses in CIDR notation: `10.0.0.0/8`, `fd00::/8`, `192.0.2.7`. At least one; all addresses
    ///     (`0.0.0.0/0`, `::/0`) are refused.
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
        let hops =
            self.fields.areStandard
            ? ForwardedHops(standard: request.headerFields) : ForwardedHops(xForwarded: request.headerFields)
        let count = self.trustedCount(from: request.clientAddress, hops.addresses)
        guard count > 0 else { return request }
        guard !hops.isContradictory else {
            (request.clientAddress, request.isSecure) = (nil, false)
            return request
        }
        if let address = hops.address(before: count) { request.clientAddress = IPAddress(address)?.text }
        if let scheme = hops.scheme(before: count) {
            request.isSecure = ["https", "wss"].contains(scheme.lowercased())
        }
        return request
    }

    /// How many entries from the end of the list were written by trusted proxies.
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
