//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import InMemoryLogging
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Text of others in logs and errors", .bothDrivers)
struct UntrustedTextTests {
    /// A line of its own, a color of a terminal, and marks that turn the order of letters round.
    private static let hostile = "x\nFORGED \u{1B}[31m\u{202E}cba\u{2066}\u{2028}\u{200F}\u{FEFF}\u{0}\u{9B}\u{E0041}"

    /// Whether a text is one line that every terminal shows as it is.
    private func isPlain(_ text: String) -> Bool {
        !text.unicodeScalars.contains { scalar in
            [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
        }
    }

    @Test("controls, escapes of terminals and marks of direction are shown by their numbers, and all else as it is")
    func escaping() {
        let escaped = UntrustedText.escaped(Self.hostile)
        #expect(self.isPlain(escaped))
        #expect(escaped.hasPrefix("x\\u{A}FORGED \\u{1B}[31m\\u{202E}cba\\u{2066}\\u{2028}"))
        #expect(UntrustedText.escaped(escaped, limit: 1_000) == escaped)
        for plain in ["views", "größe", "сумма", "数", "a \"b\" \\c", "e\u{301}", "👍"] {
            #expect(UntrustedText.escaped(plain) == plain)
        }
    }

    @Test("of a long text the beginning is shown, in whole characters, and its size")
    func truncation() {
        #expect(UntrustedText.escaped(String(repeating: "a", count: 65_000)).utf8.count < 160)
        #expect(UntrustedText.escaped(String(repeating: "a", count: 65_000)).hasSuffix("… (65000 bytes)"))
        #expect(UntrustedText.escaped("aé", limit: 2) == "a… (3 bytes)")
        #expect(UntrustedText.escaped("é", limit: 1) == "… (2 bytes)")
        #expect(UntrustedText.escaped(String(repeating: "\u{202E}", count: 10_000)).utf8.count < 600)
    }

    @Test("a name that a client chose stands in no error and no log as it is")
    func names() async throws {
        let harness = try StoredHarness { $0.maximumValuesSize = 2_000 }
        let browser = harness.browser()
        for name in [Self.hostile, Self.hostile + String(repeating: "a", count: 65_000)] {
            let error = await #expect(throws: SessionError.self) {
                try await harness.visit(browser) {
                    $0[SessionKey<String?>(name)] = String(repeating: "b", count: 3_000)
                }
            }
            #expect(error?.code == .valuesTooLarge)
            #expect(self.isPlain(error?.message ?? "\n") && (error?.message.utf8.count ?? 0) < 1_000)
        }
        for error in [
            SessionError.notEncodable(Self.hostile, underlying: SessionStoreError(.unavailable, Self.hostile)),
            SessionError.unstorable(Self.hostile, "it is."),
            SessionError.storeUnavailable(Hostile(), retryAfter: .seconds(1)),
        ] { #expect(self.isPlain("\(error)"), "\(error.code)") }
        #expect(self.isPlain("\(SessionStoreError(.unavailable, Self.hostile, underlying: Hostile()))"))
        let lines = harness.logs.entries.map { "\($0.message) \($0.metadata)" }
        #expect(!lines.isEmpty && lines.allSatisfy(self.isPlain))
    }

    @Test("a value that does not decode is logged under a name of one line")
    func undecodable() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[SessionKey<String?>(Self.hostile)] = "text" }
        try await harness.visit(browser) { #expect($0[SessionKey<Int?>(Self.hostile)] == nil) }
        let lines = harness.logs.entries.map { "\($0.message) \($0.metadata)" }
        #expect(lines.contains { $0.contains("does not decode") } && lines.allSatisfy(self.isPlain))
    }

    private struct Hostile: Error, CustomStringConvertible {
        var description: String { UntrustedTextTests.hostile }
    }
}
