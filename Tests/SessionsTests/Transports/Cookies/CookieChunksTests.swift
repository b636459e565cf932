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

@Suite("Values in several cookies")
struct CookieChunksTests {
    private static let name = "__Host-session"

    /// Base64url text of a length, which tells where it was cut.
    private func credential(_ count: Int) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        return String(decoding: (0..<count).map { digits[($0 / 61 + $0) % 64] }, as: UTF8.self)
    }

    private func split(_ credential: String) -> [String] {
        CookieChunks.split(credential, name: Self.name)
    }

    private func fields(_ cookies: [(String, String)]) -> HTTPFields {
        HTTPFields([HTTPField(name: .cookie, value: cookies.map { "\($0)=\($1)" }.joined(separator: "; "))])
    }

    private func fields(_ values: [String]) -> HTTPFields {
        self.fields(values.enumerated().map { (CookieChunks.name(Self.name, $0), $1) })
    }

    private func join(_ fields: HTTPFields) -> [String] {
        CookieChunks.join(name: Self.name, in: fields).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a value of any length comes back, in cookies that browsers take")
    func roundTrip() {
        let single = 3_800 - Self.name.utf8.count
        for (count, cookies) in [
            (1, 1), (64, 1), (single - 1, 1), (single, 1), (single + 1, 2), (2 * (single - 2), 2),
            (2 * (single - 2) + 1, 3), (3 * (single - 2) + 1, 4), (4 * (single - 2), 4),
        ] {
            let credential = self.credential(count)
            let values = self.split(credential)
            #expect(values.count == cookies, "\(count)")
            for (index, value) in values.enumerated() {
                let name = CookieChunks.name(Self.name, index)
                #expect(name.utf8.count + value.utf8.count <= 3_800)
                #expect(SessionCookie(name: name).problems.isEmpty)
            }
            #expect(self.join(self.fields(values)) == [credential])
        }
    }

    @Test("without one of its cookies a value is nothing")
    func missing() {
        let values = self.split(self.credential(10_000))
        #expect(values.count == 3)
        let cookies = values.enumerated().map { (CookieChunks.name(Self.name, $0), $1) }
        for index in 0..<3 {
            var fewer = cookies
            fewer.remove(at: index)
            #expect(self.join(self.fields(fewer)).isEmpty)
        }
    }

    @Test("cookies that are left over from a longer value do no harm, and are cleared")
    func leftOver() {
        let long = self.split(self.credential(10_000))
        let short = self.split(self.credential(4_000))
        #expect(short.count == 2)
        var fields = self.fields(short + [long[2]])
        #expect(self.join(fields) == [self.credential(4_000)])
        #expect(CookieChunks.names(of: CookieTemplate(.standard), beyond: 2, in: fields) == ["__Host-session.2"])
        fields = self.fields([self.credential(64), long[1], long[2]])
        #expect(self.join(fields) == [self.credential(64)])

        let request = SessionRequest(headerFields: fields, isSecure: true)
        var response = HTTPFields()
        SetCookie.set(
            CookieTemplate(.standard), values: [self.credential(64)], maxAge: nil, request: request, in: &response)
        let attributes = "Path=/; Secure; HttpOnly; SameSite=Lax; Priority=High"
        let gone = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        #expect(
            response[values: .setCookie] == [
                "__Host-session=\(self.credential(64)); \(attributes)",
                "__Host-session.1=; \(gone); \(attributes)",
                "__Host-session.2=; \(gone); \(attributes)",
            ]
        )
    }

    @Test("the cookies of a long value are set with the same attributes, and all of them are cleared")
    func header() {
        let values = self.split(self.credential(5_000))
        var response = HTTPFields()
        SetCookie.set(
            CookieTemplate(.standard),
            values: values,
            maxAge: .seconds(60),
            request: SessionRequest(headerFields: HTTPFields()),
            in: &response
        )
        #expect(
            response[values: .setCookie] == [
                "__Host-session=\(values[0]); Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax; Priority=High",
                "__Host-session.1=\(values[1]); Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax; Priority=High",
            ]
        )
        for line in response[values: .setCookie] { #expect(line.utf8.count <= 4_096) }

        SetCookie.clear(
            CookieTemplate(.standard), request: SessionRequest(headerFields: self.fields(values)), in: &response)
        #expect(response[values: .setCookie].count == 2)
        for line in response[values: .setCookie] { #expect(line.contains("=; Max-Age=0")) }
    }

    @Test("swapped cookies are another text, or none")
    func swapped() {
        let values = self.split(self.credential(10_000))
        for order in [[1, 0, 2], [0, 2, 1], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            #expect(!self.join(self.fields(order.map { values[$0] })).contains(self.credential(10_000)))
        }
    }

    @Test("a number from outside is never counted to")
    func hugeNumbers() {
        let values = self.split(self.credential(4_000))
        let good = [(Self.name, values[0]), ("\(Self.name).1", values[1])]
        let planted = ["4000000000", "18446744073709551616", "-1", "01", "1.1", "", "x"].map {
            ("\(Self.name).\($0)", "AAAA")
        }
        #expect(self.join(self.fields(planted + good + planted)) == [self.credential(4_000)])
        for first in ["9.A", "5.A", "1.A", "0.A", "-.A", "..A", "4000000000.A", ".A", "\u{FF}.A"] {
            let joined = self.join(self.fields([first] + Array(repeating: "B", count: 9)))
            #expect(joined.isEmpty || joined == [first], "\(first)")
        }
        #expect(CookieChunks.names(of: CookieTemplate(.standard), beyond: 1, in: self.fields(planted)).isEmpty)
    }

    @Test("planted cookies of the same names are tried beside ours, and no more than four texts are")
    func planted() {
        let values = self.split(self.credential(10_000))
        let ours = values.enumerated().map { (CookieChunks.name(Self.name, $0), $1) }
        let planted = [(Self.name, "3.x"), ("\(Self.name).1", "y"), ("\(Self.name).2", "z")]
        #expect(self.join(self.fields([planted[1]] + ours)).contains(self.credential(10_000)))
        #expect(self.join(self.fields(ours + [planted[0], planted[2]])).contains(self.credential(10_000)))
        let many = self.fields(Array(repeating: planted, count: 1000).flatMap { $0 })
        #expect(self.join(many).count <= 4)
        let huge = self.fields([(Self.name, self.credential(100_000))])
        #expect(self.join(huge).isEmpty, "no cookie that we set is so long")
    }
}
