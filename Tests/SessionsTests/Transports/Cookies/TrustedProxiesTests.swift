//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Testing

@testable import Sessions

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    private func resolve(
        _ proxies: TrustedProxies,
        peer: String? = "10.0.0.1",
        isSecure: Bool = false,
        forwardedFor: [String] = [],
        proto: [String] = []
    ) -> (address: String?, isSecure: Bool) {
        var fields = HTTPFields()
        if let name = HTTPField.Name("X-Forwarded-For") { fields[values: name] = forwardedFor }
        if let name = HTTPField.Name("X-Forwarded-Proto") { fields[values: name] = proto }
        var request = SessionRequest(headerFields: fields, isSecure: isSecure, clientAddress: peer)
        proxies.resolve(&request)
        return (request.clientAddress, request.isSecure)
    }

    @Test("no one is believed unless it is said")
    func trustsNoneByDefault() {
        let resolved = self.resolve(.none, forwardedFor: ["6.6.6.6"], proto: ["https"])
        #expect(resolved == ("10.0.0.1", false))
    }

    @Test("of a list only what trusted proxies appended is believed, by count")
    func count() {
        let list = ["6.6.6.6, 203.0.113.7", "192.0.2.1"]
        #expect(self.resolve(.count(1), forwardedFor: list).address == "192.0.2.1")
        #expect(self.resolve(.count(2), forwardedFor: list).address == "203.0.113.7")
        #expect(self.resolve(.count(9), forwardedFor: list).address == "6.6.6.6")
        #expect(self.resolve(.count(1)).address == "10.0.0.1", "without the field the peer is who it is")
    }

    @Test("of a list only what trusted proxies appended is believed, by network")
    func networks() {
        let proxies = TrustedProxies.networks(["10.0.0.0/8", "fd00::/8", "192.0.2.1"])
        let list = ["6.6.6.6, 203.0.113.7, 192.0.2.1"]
        #expect(self.resolve(proxies, forwardedFor: list).address == "203.0.113.7")
        #expect(self.resolve(proxies, peer: "203.0.113.9", forwardedFor: list).address == "203.0.113.9")
        #expect(self.resolve(proxies, peer: nil, forwardedFor: list).address == nil)
        #expect(self.resolve(proxies, peer: "fd00::2", forwardedFor: ["2001:db8::7"]).address == "2001:db8::7")
        #expect(self.resolve(proxies, peer: "::ffff:10.0.0.1", forwardedFor: ["1.2.3.4"]).address == "1.2.3.4")
    }

    @Test("ports and brackets are taken off, and what is no address is none")
    func spellings() {
        for (written, address) in [
            ("1.2.3.4:5678", "1.2.3.4"), ("[2001:db8::7]:80", "2001:db8::7"), ("2001:DB8::7", "2001:db8::7"),
            ("unknown", nil), ("_hidden", nil), ("999.1.1.1", nil), ("1.2.3.4\u{0}x", nil), ("", "10.0.0.1"),
        ] as [(String, String?)] {
            #expect(self.resolve(.count(1), forwardedFor: [written]).address == address, "\(written.debugDescription)")
        }
    }

    @Test(
        "the scheme is what the outermost trusted proxy saw",
        arguments: [
            (1, ["https"], true), (1, ["http"], false), (1, ["HTTPS"], true), (1, ["https, http"], false),
            (1, ["http, https"], true), (2, ["https, http"], true), (1, ["httpsx"], false), (1, [""], false),
            (1, [" https\t"], true), (1, ["wss"], true), (1, ["ws"], false), (2, ["https"], true),
        ]
    )
    func scheme(count: Int, proto: [String], isSecure: Bool) {
        let addresses = proto[0].contains(",") ? ["1.2.3.4, 10.0.0.2"] : ["1.2.3.4"]
        #expect(self.resolve(.count(count), forwardedFor: addresses, proto: proto).isSecure == isSecure)
    }

    @Test("lists of different lengths contradict each other: no address, and not secure")
    func contradiction() {
        for (addresses, proto) in [
            (["1.2.3.4"], ["https, https"]), (["1.2.3.4, 10.0.0.2"], ["https", "https", "https"]),
        ] {
            let resolved = self.resolve(.count(1), isSecure: true, forwardedFor: addresses, proto: proto)
            #expect(resolved == (nil, false), "\(addresses) \(proto)")
        }
        #expect(self.resolve(.count(1), proto: ["https, http"]) == ("10.0.0.1", false), "with nothing to contradict")
    }

    private func resolve(
        _ proxies: TrustedProxies, forwarded: [String], isSecure: Bool = false
    ) throws -> (address: String?, isSecure: Bool) {
        var fields = HTTPFields()
        fields[values: try #require(HTTPField.Name("Forwarded"))] = forwarded
        var request = SessionRequest(headerFields: fields, isSecure: isSecure, clientAddress: "10.0.0.1")
        proxies.resolve(&request)
        return (request.clientAddress, request.isSecure)
    }

    @Test("Forwarded (RFC 7239) is read where the proxies write it, and nowhere else")
    func forwarded() throws {
        let list = ["for=6.6.6.6;proto=http, For=\"[2001:db8::17]:4711\"; Proto=https", "for=192.0.2.1:80;proto=wss"]
        #expect(try self.resolve(.count(1, fields: .forwarded), forwarded: list) == ("192.0.2.1", true))
        #expect(try self.resolve(.count(2, fields: .forwarded), forwarded: list).address == "2001:db8::17")
        let networks = TrustedProxies.networks(["10.0.0.0/8", "192.0.2.1"], fields: .forwarded)
        #expect(try self.resolve(networks, forwarded: list) == ("2001:db8::17", true))
        #expect(try self.resolve(.count(1), forwarded: list) == ("10.0.0.1", false), "a visitor may have written it")
        #expect(
            self.resolve(.count(1, fields: .forwarded), forwardedFor: ["6.6.6.6"], proto: ["https"]) == (
                "10.0.0.1", false
            ))
        #expect(try self.resolve(.count(1, fields: .forwarded), forwarded: ["for=_hidden;proto=https"]) == (nil, true))
        #expect(try self.resolve(.count(1, fields: .forwarded), forwarded: ["proto=https"]) == (nil, true))
        #expect(try self.resolve(.count(1, fields: .forwarded), forwarded: ["for=\"1.2.\\3.4\""]).address == "1.2.3.4")
    }

    @Test(
        "a Forwarded field that does not follow the grammar is rejected: no address, and not secure",
        arguments: [
            "for", "for=", "=1.2.3.4", "for=\"1.2.3.4", "for=1.2.3.4;for=1.2.3.4",
            "for=1.2.3.4 proto=https", "for=\"1.2.3.4\\", "for=1.2.3.4;proto",
        ]
    )
    func malformedForwarded(text: String) throws {
        let resolved = try self.resolve(.count(1, fields: .forwarded), forwarded: [text], isSecure: true)
        #expect(resolved == (nil, false))
    }

    @Test("without the field the connection is what the server saw")
    func ownScheme() {
        #expect(self.resolve(.count(1), isSecure: true).isSecure)
    }

    @Test("an endless list is looked at from its end")
    func endlessList() {
        let list = [String(repeating: "6.6.6.6,", count: 10_000) + "203.0.113.7"]
        #expect(self.resolve(.count(1), forwardedFor: list).address == "203.0.113.7")
    }

    @Test("networks contain what they contain")
    func contains() throws {
        for (network, address, isInside) in [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true), ("::/0", "8.8.8.8", false),
            ("192.0.2.128/25", "192.0.2.129", true), ("192.0.2.128/25", "192.0.2.127", false),
            ("2001:db8::/33", "2001:db8:7fff::", true), ("2001:db8::/33", "2001:db8:8000::", false),
        ] {
            let network = try #require(IPNetwork(network))
            #expect(network.contains(try #require(IPAddress(address))) == isInside, "\(network) \(address)")
        }
    }
}
