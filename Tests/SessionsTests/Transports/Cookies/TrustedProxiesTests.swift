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
        let request = proxies.resolve(SessionRequest(headerFields: fields, isSecure: isSecure, clientAddress: peer))
        return (request.clientAddress, request.isSecure)
    }

    @Test("nobody is believed unless it is said")
    func none() {
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
            (1, [" https\t"], true),
        ]
    )
    func scheme(count: Int, proto: [String], isSecure: Bool) {
        #expect(self.resolve(.count(count), forwardedFor: ["1.2.3.4"], proto: proto).isSecure == isSecure)
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
