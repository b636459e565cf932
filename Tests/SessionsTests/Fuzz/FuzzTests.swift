//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Fuzzing
import HTTPTypes
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// What reads bytes from outside, given bytes from outside.
@Suite("Fuzzing")
struct FuzzTests {
    private static let token = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system)).text

    @Test("the cookie parser finds what a plain reading of the grammar finds, whatever the bytes")
    func cookieHeader() {
        let fuzzer = Fuzzer(
            corpus: [
                "__Host-id=\(Self.token)", "a=1; __Host-id=\(Self.token); b=\"2\"", "__Host-id=a; __Host-id=b;c",
                " __Host-id = x ;\t=y; =;;", "__host-id=a; __Host-id2=b; x__Host-id=c", "",
            ].map { Array($0.utf8) },
            interesting: "=; \t\"\r\n%__Host-id"
        )
        let name = Array("__Host-id".utf8)
        fuzzer.run("the cookie parser") { bytes in
            var found: [[UInt8]] = []
            bytes.withUnsafeBufferPointer { bytes in
                name.withUnsafeBufferPointer {
                    CookieHeader.forEachValue(of: $0, in: bytes) { found.append(Array($0)) }
                }
            }
            #expect(found == Self.plainReading(bytes, name: name))
        }
    }

    /// RFC 6265bis section 5.6.1 in the most obvious words: split at semicolons, split at the first equals sign, trim.
    private static func plainReading(_ bytes: [UInt8], name: [UInt8]) -> [[UInt8]] {
        func trim(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
            return Array(Array(bytes.drop(while: isBlank)).reversed().drop(while: isBlank).reversed())
        }
        return bytes.split(separator: UInt8(ascii: ";")).compactMap { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, trim(parts[0]) == name else { return nil }
            return trim(parts[1])
        }
    }

    @Test("the token parser takes 64 canonical characters and nothing else, whatever the bytes")
    func token() {
        let fuzzer = Fuzzer(
            corpus: [Self.token, String(repeating: "A", count: 64), String(repeating: "_", count: 64), ""].map {
                Array($0.utf8)
            },
            interesting: "AZaz09-_=+/ "
        )
        fuzzer.run("the token parser") { bytes in
            let token = SessionToken(bytes)
            let isAlphabetic = bytes.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
            }
            #expect((token != nil) == (bytes.count == 64 && isAlphabetic))
            if let token { #expect(Array(token.text.utf8) == bytes, "one spelling") }
        }
    }

    @Test("the record codec reads a record or says that it is none, whatever the bytes")
    func recordCodec() {
        let samples = SampleRecords()
        var full = samples.record(
            subject: "ada",
            values: ["n": .integer(-5), "t": .string("x\u{1F600}"), "j": .json(Array("[1]".utf8)), "d": .double(0.5)]
        )
        full.previousSecret = .init(hash: samples.secretHash(), validUntil: samples.now, nonce: 1)
        full.isRemembered = true
        full.cookieOverrides = .init(domain: "example.com", sameSite: .strict)
        full.unknownFields = [99, 2, 1, 2]
        let fuzzer = Fuzzer(
            corpus: [samples.record(), full].map { SessionRecordCodec.encode($0) } + [[]],
            interesting: "\u{1}\u{2}\u{3}\u{4}\u{5}{}\"nullAda"
        )
        fuzzer.run("the record codec") { bytes in
            guard let record = try? SessionRecordCodec.decode(bytes, id: full.id) else { return }
            for (name, value) in record.values {
                _ = value.jsonText
                #expect(record.values[name] == value)
            }
            _ = (try? ValueCoding.decode(record.values["j"] ?? .integer(0))) as [Int]?
            #expect((try? SessionRecordCodec.decode(SessionRecordCodec.encode(record), id: full.id)) == record)
            #expect(SessionRecordHeader(bytes)?.version == record.version)
        }
    }

    @Test("nothing opens but what was sealed, and nothing verifies but what was signed, whatever the bytes")
    func sealedAndSigned() throws {
        let keyring = try TestKeys.ring(1, 2)
        let sealer = try Sealer(keyring, purpose: .sealing, context: "sealed ", random: .system)
        let signer = try TokenSigner(keyring, context: "stored ")
        let sealed = try (0..<3).map { try sealer.seal(Array(repeating: 7, count: $0 * 40), for: "id") }
        let signed = Array(try signer.sign(try #require(SessionToken(Self.token)), for: "id").utf8)
        let fuzzer = Fuzzer(corpus: sealed + [signed, []], interesting: "\u{1}\u{2}AZaz09-_.")
        fuzzer.run("the seal and the signature") { bytes in
            #expect((sealer.open(bytes, for: "id") != nil) == sealed.contains(bytes))
            #expect((signer.verify(bytes, for: "id") != nil) == (bytes == signed))
        }
    }

    @Test("cookies are put together from their parts without a trap, whatever the bytes")
    func cookieChunks() {
        let fuzzer = Fuzzer(
            corpus: [
                "id=2.AAAA; id.1=BBBB", "id=3.A; id.1=B; id.2=C; id.3=D", "id=AAAA; id.1=B", "id=4.A; id=2.B; id.1=C",
                "id.4000000000=A; id=9.A", "",
            ].map { Array($0.utf8) },
            interesting: "id=;.1234509 "
        )
        fuzzer.run("the parts of a cookie") { bytes in
            let field = HTTPField(name: .cookie, value: String(decoding: bytes, as: UTF8.self))
            let texts = CookieChunks.join(name: "id", in: HTTPFields([field]))
            #expect(Array(texts).count <= ExtractedCredentials.limit)
            for text in texts { #expect(text.count <= bytes.count * 3) }
        }
    }

    @Test("a list of keys is read or refused, whatever the bytes")
    func keys() {
        let fuzzer = Fuzzer(
            corpus: [
                TestKeys.texts.joined(separator: "\n"), "# keys\n\n\(TestKeys.texts[0]) # the newest\r\n",
                "keyboard-cat",
                String(repeating: "A", count: 43), "",
            ].map { Array($0.utf8) },
            interesting: "#,\r\n\tAZaz09-_=+/"
        )
        fuzzer.run("the list of keys") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            for key in (try? SecretKeyParser.keys(inFile: text, named: "file")) ?? [] {
                #expect(text.utf8.count >= 43 && key.id.bytes.count == 4)
            }
            _ = try? SecretKeyParser.keys(inList: text, named: "list")
        }
    }

    @Test("a local redirect is of this server and of no other, whatever the bytes")
    func localRedirects() throws {
        let fuzzer = Fuzzer(
            corpus: [
                "/account?tab=2#x", "//evil.example", "/\\evil.example", "/%2f%2fevil.example",
                "/a/%2e%2e//evil.example",
                "/%255cevil", "https://evil.example/", "/\t/evil.example", "/..;//evil", "",
            ].map { Array($0.utf8) },
            interesting: "/\\.%25ceEfF;?#:@ \t\r\n\u{0}"
        )
        let base = try #require(URL(string: "https://example.com/login"))
        fuzzer.run("the local redirect") { bytes in
            guard let redirect = LocalRedirect(String(decoding: bytes, as: UTF8.self)) else { return }
            #expect(redirect.location.utf8.allSatisfy { (0x21...0x7E).contains($0) })
            var reading = redirect.location
            for _ in 0..<6 {
                // Bytes: a slash with a combining mark after it is another Character.
                let (first, second) = (reading.utf8.first, reading.utf8.dropFirst().first)
                #expect(
                    first == UInt8(ascii: "/") && second != first && second != UInt8(ascii: "\\"),
                    "\(redirect.location)")
                reading = reading.removingPercentEncoding ?? reading
            }
            if let url = URL(string: redirect.location, relativeTo: base) { #expect(url.host() == "example.com") }
            if bytes.count < 500 { #expect(LocalRedirect(redirect.location) == redirect) }
        }
    }

    @Test("an origin is read in one spelling, and a field of a form without a trap, whatever the bytes")
    func originsAndForms() {
        let fuzzer = Fuzzer(
            corpus: [
                "https://example.com:443", "http://[2001:db8::1]:80", "null", "https://a@b:1", "_csrf=a%2Bb&_csrf=+",
                "a=1&%5fcsrf=%zz%", "",
            ].map { Array($0.utf8) },
            interesting: "htps:/[].@%&=+_csrf0123456789"
        )
        fuzzer.run("origins and forms") { bytes in
            if let origin = WebOrigin(String(decoding: bytes, as: UTF8.self)) {
                #expect(WebOrigin(origin.description) == origin)
                let parts = origin.description.split(separator: "://", omittingEmptySubsequences: false)
                #expect(parts.count == 2 && !parts[1].isEmpty && !parts[1].contains { "/?#@\\% ".contains($0) })
            }
            for value in FormField.values(named: "_csrf", in: bytes) { #expect(value.count <= bytes.count) }
        }
    }

    @Test("the list of proxies is read without a trap, whatever the bytes")
    func proxies() throws {
        let fuzzer = Fuzzer(
            corpus: ["192.0.2.1, 10.0.0.1", "[2001:db8::1]:80, ::ffff:10.0.0.2", "unknown,,1.2.3.4:5"].map {
                Array($0.utf8)
            },
            interesting: "0123456789abcdef:.,[] "
        )
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        let proxies = TrustedProxies.networks(["10.0.0.0/8", "::/1"])
        fuzzer.run("the list of proxies") { bytes in
            let field = HTTPField(name: name, value: String(decoding: bytes, as: UTF8.self))
            var request = SessionRequest(headerFields: HTTPFields([field]), clientAddress: "10.0.0.9")
            proxies.resolve(&request)
            if let address = request.clientAddress {
                #expect(IPAddress(address)?.text == address, "a canonical address or none")
            }
        }
    }
}
