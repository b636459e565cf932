//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsExpress
import SessionsTesting
import Testing

@Suite("Signatures as Express makes them")
struct SignatureTests {
    @Test(
        "known values have the signatures that cookie-signature gives them",
        arguments: [
            ("hello", "tobiiscool", "hello.DGDUkGlIkCzPz+C0B064FNgHdEjox7ch8tOBGslZ5QI"),
            ("Q8fo2-aB_x", "keyboard cat", "Q8fo2-aB_x.Q2lyCEO5ctIYINSj5Ls9bSkX+66X3ME6njsZTiF92Zo"),
            ("a.b.c", "k", "a.b.c.KknhlmRnAWEJEoNMlO85fIMohjxbBPVoeAIqIsEoMg4"),
            ("ü€😀", "s€cret", "ü€😀.Med279Q3GBokYxYItp5/x0FDrHHt231f/qa5s/SU3hA"),
            ("", " x", ".I+BNTUpTMUj74VaSTENNobXz/r5KcWRqG5tYKuwn52w"),
        ]
    )
    func knownAnswers(value: String, secret: String, signed: String) throws {
        let secrets = try ExpressSecrets(secret, strength: .any)
        #expect(secrets.sign(value) == signed)
        #expect(secrets.unsign(signed) == value)
    }

    struct Pair: Codable {
        var value: String
        var secret: String
        /// What Swift made of it.
        var signed: String
    }

    struct Answer: Codable {
        var signed: String
        var cookie: String
        /// What cookie-signature reads in what Swift made.
        var unsigned: String?
    }

    @Test(
        "10,000 random ids and secrets: cookie-signature and Swift write the same bytes, and read each other's",
        .enabled(if: Node.isPresent, "There is no Node with cookie-signature: run Scripts/install express.")
    )
    func againstNode() throws {
        var random = DeterministicRandom(seed: 7)
        let letters = Array("abcXYZ019-_.~!*'()/+=%:; \"\\,<>éßœ€漢字😀\u{1}\u{7F}")
        let pairs = try (0..<10_000).map { _ in
            let value = String(
                (0..<Int.random(in: 1...40, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
            let secret = String(
                (0..<Int.random(in: 1...80, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
            return Pair(value: value, secret: secret, signed: try ExpressSecrets(secret, strength: .any).sign(value))
        }
        let answers: [Answer] = try Node.run(
            """
            pairs => { const s = require("cookie-signature"); return pairs.map(p => {
              const signed = s.sign(p.value, p.secret), unsigned = s.unsign(p.signed, p.secret);
              return { signed, cookie: encodeURIComponent("s:" + signed), unsigned: unsigned === false ? null : unsigned };
            }); }
            """,
            on: pairs
        )
        #expect(answers.count == pairs.count)
        for (pair, answer) in zip(pairs, answers) {
            let secrets = try ExpressSecrets(pair.secret, strength: .any)
            guard
                answer.signed == pair.signed, answer.unsigned == pair.value,
                secrets.unsign(answer.signed) == pair.value,
                ExpressCookieProbe.read(answer.cookie, secrets) == pair.value,
                ExpressCookieProbe.write(pair.value, secrets) == answer.cookie
            else {
                Issue.record("They differ in \(pair)")
                return
            }
        }
    }

    @Test("no character of a signed value can be another, missing or more")
    func forgeries() throws {
        let secrets = try ExpressSecrets(["newest", "older"], strength: .any)
        let signed = Array(secrets.sign("an id").unicodeScalars)
        for index in signed.indices {
            for other: Unicode.Scalar in ["A", "b", "0", "."] where other != signed[index] {
                var forged = signed
                forged[index] = other
                #expect(secrets.unsign(String(String.UnicodeScalarView(forged))) == nil)
            }
            var cut = signed
            cut.remove(at: index)
            #expect(secrets.unsign(String(String.UnicodeScalarView(cut))) == nil)
        }
        #expect(secrets.unsign(secrets.sign("an id") + "=") == nil)
        #expect(secrets.unsign("an id") == nil)
        #expect(secrets.unsign("") == nil)
    }

    @Test("the first of several secrets signs, and all verify")
    func rotation() throws {
        let (old, new) = (
            try ExpressSecrets("older", strength: .any), try ExpressSecrets(["newest", "older"], strength: .any)
        )
        #expect(new.sign("id") == (try ExpressSecrets("newest", strength: .any)).sign("id"))
        #expect(new.unsign(old.sign("id")) == "id")
        #expect(old.unsign(new.sign("id")) == nil)
    }

    @Test("no secret is printed, and none that is empty is taken")
    func redaction() throws {
        let secrets = try ExpressSecrets(["hush", "a longer secret"], strength: .any)
        var dumped = ""
        dump(secrets, to: &dumped)
        #expect("\(secrets) \(dumped)".contains("hush") == false)
        #expect(secrets.weakest == 4)
        for refused in [[], [""], ["good", ""]] {
            #expect(throws: SessionError.self) { try ExpressSecrets(refused, strength: .any) }
        }
    }

    @Test("a weak secret is refused at the start, in words that do not say it, unless any is allowed")
    func weak() throws {
        let good = "sixteen bytes ok"
        for weak in [
            "x", "keyboard cat", "fifteen bytes !", String(repeating: "a", count: 64), "abcabcabcabcabcabcabcabc",
        ] {
            let error = #expect(throws: SessionError.self) { try ExpressSecrets([good, weak]) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("Secret 2 has \(weak.utf8.count) bytes") == true)
            #expect(error?.message.contains("strength: .any") == true)
            if weak.utf8.count > 1 { #expect(error?.message.contains(weak) == false) }
            #expect(try ExpressSecrets([good, weak], strength: .any).weakest <= weak.utf8.count)
        }
        #expect(try ExpressSecrets(good).weakest == 16)
    }
}
