//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import LogAudit
@testable import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Registered tokens")
struct TokenRegistryTests {
    private struct Invitation: Codable, Sendable, Equatable {
        var team: String
        var role: String
    }

    private let clock = ManualClock()
    private let faults = FaultySubjectStore(MemorySessionStore())

    private var configuration: SessionConfiguration {
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        return configuration
    }

    private func registry<Subject>(
        _ name: String = "links",
        of type: Subject.Type = String.self,
        maximum: Int? = nil
    ) throws -> TokenRegistry<Subject> {
        try TokenRegistry(name, in: self.faults, maximumPerCategory: maximum, configuration: self.configuration)
    }

    @Test("a registered token gives back what it stands for, as often as it is asked")
    func retrieve() async throws {
        let registry = try self.registry(of: Invitation.self)
        let invitation = Invitation(team: "engines", role: "analyst")
        let token = try await registry.register(invitation, category: "team 1", for: .days(7))
        LogAudit.noteToken(token.text)
        for _ in 0..<2 {
            let entry = try #require(try await registry.retrieve(token))
            #expect(entry.subject == invitation)
            #expect(entry.category == "team 1" && entry.id == token.id)
            #expect(entry.createdAt == self.clock.now && entry.expiresAt == self.clock.now + .days(7))
        }
    }

    @Test("what is registered comes back as it was: numbers, texts, and whatever is Codable")
    func subjects() async throws {
        let numbers = try self.registry("numbers", of: Int.self)
        #expect(try await numbers.retrieve(numbers.register(-7, for: .hours(1)))?.subject == -7)
        let texts = try self.registry("texts", of: String.self)
        #expect(try await texts.retrieve(texts.register("", for: .hours(1)))?.subject == "")
        let lists = try self.registry("lists", of: [String?].self)
        #expect(try await lists.retrieve(lists.register(["a", nil], for: .hours(1)))?.subject == ["a", nil])
    }

    @Test("a token lives for its time, to the millisecond, however much it is used")
    func lifetime() async throws {
        let registry = try self.registry()
        let token = try await registry.register("ada", for: .minutes(30))
        self.clock.advance(by: .minutes(30) - .milliseconds(1))
        #expect(try await registry.retrieve(token) != nil)
        #expect(try await registry.update(token, to: "alan"))
        self.clock.advance(by: .milliseconds(1))
        #expect(try await registry.retrieve(token) == nil)
        #expect(try await registry.redeem(token) == nil)
        #expect(try await registry.retrieveAll().isEmpty)
        #expect(try await registry.update(token, to: "ada") == false)
        #expect(try await registry.dispose(token) == false)
    }

    @Test("of 32 that redeem a token at once one gets it, and then no one")
    func redeem() async throws {
        let registry = try self.registry()
        let token = try await registry.register("ada", for: .minutes(30))
        self.faults.faults.injectFault(.answeringLate, .load)
        let taken = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<32 { group.addTask { try await registry.redeem(token)?.subject } }
            // All of them have seen it before the first may take it.
            while self.faults.faults.waitingCount < 32 { await Task.yield() }
            self.faults.faults.clearFault()
            return try await group.reduce(into: []) { taken, subject in taken += [subject].compactMap(\.self) }
        }
        #expect(taken == ["ada"])
        #expect(try await registry.redeem(token) == nil)
        #expect(try await registry.retrieve(token) == nil)
    }

    @Test("a list names the tokens of a category by their ids, the oldest first, and has no token in it")
    func list() async throws {
        let registry = try self.registry()
        var tokens: [SessionToken] = []
        for subject in ["a", "b", "c"] {
            tokens.append(try await registry.register(subject, category: "mine", for: .hours(1)))
            self.clock.advance(by: .seconds(1))
        }
        _ = try await registry.register("d", category: "yours", for: .hours(1))
        let list = try await registry.retrieveAll(category: "mine")
        #expect(list.map(\.subject) == ["a", "b", "c"] && list.map(\.id) == tokens.map(\.id))
        #expect(try await registry.retrieveAll().isEmpty, "of the category that is the default")
        var dumped = ""
        dump(list, to: &dumped)
        for token in tokens { #expect(!dumped.contains(token.text.suffix(20))) }
    }

    @Test("tokens are disposed of by themselves, by their id, by their category and all at once")
    func dispose() async throws {
        let registry = try self.registry()
        func tokens() async throws -> [SessionToken] {
            var tokens: [SessionToken] = []
            for category in ["a", "a", "b"] {
                tokens.append(try await registry.register("x", category: category, for: .hours(1)))
            }
            return tokens
        }
        func good(_ tokens: [SessionToken]) async throws -> [Bool] {
            var good: [Bool] = []
            for token in tokens { good.append(try await registry.retrieve(token) != nil) }
            return good
        }
        let first = try await tokens()
        #expect(try await registry.dispose(first[0]))
        #expect(try await registry.dispose(first[0]) == false)
        #expect(try await registry.dispose(first[2].id))
        #expect(try await good(first) == [false, true, false])
        let second = try await tokens()
        try await registry.disposeAll(category: "a")
        #expect(try await good(second) == [false, false, true])
        try await registry.clear()
        #expect(try await good(second) == [false, false, false])
        #expect(try await registry.retrieveAll(category: "b").isEmpty)
    }

    @Test("a token may come to stand for something else, for the time that it has left")
    func update() async throws {
        let registry = try self.registry()
        let token = try await registry.register("ada", category: "c", for: .hours(1))
        let end = try await registry.retrieve(token)?.expiresAt
        self.clock.advance(by: .minutes(1))
        #expect(try await registry.update(token, to: "alan"))
        let entry = try #require(try await registry.retrieve(token))
        #expect(entry.subject == "alan" && entry.expiresAt == end)
        self.faults.faults.injectFault(.answeringLate, .load)
        async let first = registry.update(token, to: "first")
        async let second = registry.update(token, to: "second")
        while self.faults.faults.waitingCount < 2 { await Task.yield() }
        self.faults.faults.clearFault()
        let updated = try await [first, second]
        #expect(updated == [true, true], "of two at once the later one tries again")
        #expect(try await ["first", "second"].contains(registry.retrieve(token)?.subject))
        try await registry.dispose(token)
        #expect(try await registry.update(token, to: "ada") == false)
        #expect(try await registry.retrieve(token) == nil)
    }

    @Test("the newest tokens of a category stay, as many as may be, also when they come at once")
    func maximum() async throws {
        let registry = try self.registry(maximum: 2)
        var tokens: [SessionToken] = []
        for _ in 0..<4 {
            tokens.append(try await registry.register("ada", category: "ada", for: .hours(1)))
        }
        let other = try await registry.register("alan", category: "alan", for: .hours(1))
        #expect(try await registry.retrieveAll(category: "ada").map(\.id) == tokens.suffix(2).map(\.id))
        #expect(try await registry.retrieve(other) != nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { _ = try await registry.register("ada", category: "ada", for: .hours(1)) }
            }
            try await group.waitForAll()
        }
        #expect(try await registry.retrieveAll(category: "ada").count == 2)
    }

    @Test("the store has a hash, and nothing that is a token or lets one be guessed")
    func stored() async throws {
        let registry = try self.registry()
        let token = try await registry.register("ada", for: .hours(1))
        let records = try await self.faults.sessions(now: self.clock.now)
        let bytes = try SessionRecordCodec.encode(#require(records.first))
        let secret = token.secret.withUnsafeBytes { Array($0) }
        #expect(records.count == 1)
        #expect(bytes.firstRange(of: secret) == nil && bytes.firstRange(of: Array(token.text.utf8)) == nil)
        #expect(records[0].secretHash == token.secret.hash)
    }

    @Test("names, categories, lifetimes and limits that cannot be are refused in words")
    func invalidOptions() async throws {
        for (name, maximum) in [("", nil), (String(repeating: "x", count: 65), nil), ("a\u{0}b", nil), ("a", 0)] {
            let error = #expect(throws: SessionError.self) { _ = try self.registry(name, maximum: maximum) }
            #expect(error?.code == .configuration)
        }
        let registry = try self.registry()
        for (category, lifetime) in [
            ("", .hours(1)), (String(repeating: "x", count: 513), .hours(1)), ("a", .zero), ("a", .seconds(-1)),
        ] as [(String, Duration)] {
            let error = await #expect(throws: SessionError.self) {
                _ = try await registry.register("ada", category: category, for: lifetime)
            }
            #expect(error?.code == .configuration)
        }
        let large = await #expect(throws: SessionError.self) {
            _ = try await registry.register(String(repeating: "x", count: 70_000), for: .hours(1))
        }
        #expect(large?.code == .valuesTooLarge)
        let endless = try await registry.register("ada", for: .seconds(Int64.max))
        #expect(try await registry.retrieve(endless)?.expiresAt == .distantFuture)
        let limited = #expect(throws: SessionError.self) {
            _ = try TokenRegistry<String>("a", in: WatchingStore(), maximumPerCategory: 1)
        }
        #expect(limited?.message.contains("SubjectSessionStore") == true)
        let plain = try TokenRegistry<String>("a", in: WatchingStore())
        let unlisted = await #expect(throws: SessionError.self) { try await plain.retrieveAll() }
        #expect(unlisted?.code == .notOffered)
    }

    @Test("a store that is down is an error to try again, and takes no token")
    func outage() async throws {
        let registry = try self.registry()
        let token = try await registry.register("ada", for: .hours(1))
        self.faults.faults.injectFault(.failing)
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await registry.register("alan", for: .hours(1)) }, { _ = try await registry.retrieve(token) },
            { _ = try await registry.redeem(token) }, { _ = try await registry.update(token, to: "alan") },
            { _ = try await registry.dispose(token) }, { _ = try await registry.dispose(token.id) },
        ]
        for call in calls {
            let error = await #expect(throws: SessionError.self) { try await call() }
            #expect(error?.code == .storeUnavailable && error?.retryAfter == .seconds(5))
        }
        self.faults.faults.clearFault()
        // So many failures in a row have opened the circuit.
        self.clock.advance(by: .seconds(1))
        #expect(try await registry.retrieveAll().map(\.subject) == ["ada"])
        #expect(try await registry.redeem(token)?.subject == "ada")
    }

    @Test("what no longer decodes as what it stood for is as good as none, and is not taken")
    func undecodable() async throws {
        let texts = try self.registry(of: String.self)
        let token = try await texts.register("ada", for: .hours(1))
        let invitations = try self.registry(of: Invitation.self)
        #expect(try await invitations.retrieve(token) == nil)
        #expect(try await invitations.redeem(token) == nil)
        #expect(try await invitations.retrieveAll().isEmpty)
        #expect(try await texts.redeem(token)?.subject == "ada")
    }

    @Test("a category is listed page by page, and a cursor of another list is an error")
    func pages() async throws {
        let registry = try self.registry()
        for number in 0..<25 { _ = try await registry.register("\(number)", category: "mine", for: .hours(1)) }
        _ = try await registry.register("other", category: "yours", for: .hours(1))
        var (subjects, cursor, pageCount) = ([String](), SessionCursor?.none, 0)
        repeat {
            let page = try await registry.page(category: "mine", from: cursor, limit: 10)
            #expect(page.entries.count <= 10)
            subjects += page.entries.map(\.subject)
            (cursor, pageCount) = (page.next, pageCount + 1)
        } while cursor != nil
        #expect(Set(subjects) == Set((0..<25).map { "\($0)" }) && subjects.count == 25)
        #expect(pageCount == 3)
        let error = await #expect(throws: SessionError.self) {
            try await registry.page(category: "mine", from: SessionCursor(bytes: [1, 2]))
        }
        #expect(error?.code == .invalidCursor)
    }
}
