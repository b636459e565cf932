//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsExpress

@Suite("Size of records that are shared with Express")
struct RecordSizeTests {
    private static let id = SharedSessionTests.id

    /// Members of short names.
    private func members(_ count: Int) -> String { (0..<count).map { ",\"n\($0)\":\($0)" }.joined() }

    private func time(reading text: [UInt8], with form: ExpressRecordCoder) throws -> Duration {
        let now = SessionInstant(millisecondsSince1970: 0)
        let entry = ExpressRecordCoder.Entry(id: .init("a name"), text: text, remaining: .hours(1))
        var times: [Duration] = []
        for _ in 0..<9 {
            let start = ContinuousClock.now
            var record = try form.record(of: entry, now: now)
            record.values = SessionValues(["kept": .integer(1)])
            #expect(try form.write(of: record, now: now).text.count < 300)
            times.append(ContinuousClock.now - start)
        }
        return times.min() ?? .zero
    }

    @Test("a record is read and written in time that grows as its size does, whatever the number of its members")
    func linear() throws {
        var configuration = SessionConfiguration()
        configuration.maximumValuesSize = 1_000_000
        let form = ExpressRecordCoder(
            configuration: configuration,
            express: ExpressConfiguration(
                secrets: try ExpressSecrets("keyboard cat, and many a word"), subject: .property("userId"))
        )
        func text(_ count: Int) -> [UInt8] { Array("{\(ExpressHarness.cookie)\(self.members(count))}".utf8) }
        let (small, large) = (
            try self.time(reading: text(1_000), with: form), try self.time(reading: text(8_000), with: form)
        )
        // 8 times for 8 times the members; a square would be 64 times.
        #expect(large < small * 32, "\(small) and \(large)")
    }

    @Test("a record above maximumValuesSize can be read, and a change of it is an error that names the limit")
    func aboveValues() async throws {
        let harness = try ExpressHarness { configuration, _ in configuration.maximumValuesSize = 1_000 }
        harness.express(Self.id, self.members(300))
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { #expect($0[SessionKey<Int?>("n299")] == 299) }
        let error = await #expect(throws: SessionError.self) {
            try await harness.visit(browser) { session in
                session[.views] = 1
                try await session.save()
            }
        }
        #expect(error?.code == .valuesTooLarge && error?.message.contains("maximumValuesSize") == true)
        try await harness.visit(browser) { session in
            for number in 10..<300 { session.remove(named: "n\(number)") }
            try await session.save()
        }
        try await harness.visit(browser) { #expect($0.names.count == 10) }
    }

    @Test("a record above maximumRecordSize opens no session, stays as it is, and can be ended with the user's others")
    func aboveRecord() async throws {
        let harness = try ExpressHarness { configuration, express in
            configuration.maximumValuesSize = 1_000
            express.maximumRecordSize = 2_000
        }
        harness.express(Self.id, ",\"userId\":\"ada\"" + self.members(300))
        let before = try await harness.text(Self.id)
        try await harness.visit(harness.browser(of: Self.id)) { session in
            #expect(session.subject == nil && session.names.isEmpty)
        }
        #expect(try await harness.text(Self.id) == before)
        #expect(harness.log.contains("maximumRecordSize"))
        try await harness.engine.revokeAll(of: "ada")
        #expect(try await harness.text(Self.id) == nil)
    }

    @Test("a record that could not be read again is not written")
    func writing() async throws {
        let harness = try ExpressHarness { configuration, express in
            configuration.maximumValuesSize = 1_000
            express.maximumRecordSize = 1_000
        }
        let browser = harness.browser()
        let error = await #expect(throws: SessionError.self) {
            // A control character is one byte of a value, and six of JSON.
            try await harness.visit(browser) { $0[.theme] = String(repeating: "\u{1}", count: 500) }
        }
        #expect(error?.code == .valuesTooLarge && error?.message.contains("maximumRecordSize") == true)
        #expect(try await harness.records.count(now: harness.now) == 0)
    }

    @Test("a limit of records below that of values is refused at the start")
    func recordLimitBelowValueLimit() {
        let error = #expect(throws: SessionError.self) { try ExpressHarness { $1.maximumRecordSize = 1_000 } }
        #expect(error?.message.contains("maximumRecordSize (1000)") == true)
    }
}
