//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Testing

@testable import SessionsRedis

@Suite("The tracking connection of a near cache")
final class RedisTrackingProtocolTests {
    private let start = ContinuousClock.now
    private var state = RedisTrackingProtocol(
        RedisConfiguration(), prefix: "sessions:", lease: .milliseconds(100))

    private static let primary = RedisReply.array([.bulkString(Array("master".utf8)), .integer(0), .array([])])
    private static let busy = RedisReply.error(RedisError(reply: "BUSY Redis is busy running a script."))

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { self.start + .milliseconds(milliseconds) }

    private func begin() -> String { self.state.begin().text }

    private func take(_ reply: RedisReply) -> String { self.state.take(reply).text }

    private func connect() {
        _ = self.begin()
        _ = self.take(.map([]))
        _ = self.take(Self.primary)
        _ = self.take(.simpleString("OK"))
    }

    private func beat(
        at milliseconds: Int,
        _ pong: RedisReply = .simpleString("PONG"),
        _ role: RedisReply = RedisTrackingProtocolTests.primary
    ) -> String {
        _ = self.state.heartbeat(at: self.at(milliseconds))
        #expect(self.take(pong) == "none")
        return self.take(role)
    }

    @Test("it speaks RESP3, makes sure that the server is a primary, and tracks its prefix")
    func handshake() {
        #expect(self.begin() == "HELLO 3 SETNAME swift-sessions")
        #expect(self.take(.map([])) == "ROLE")
        #expect(self.take(Self.primary) == "CLIENT TRACKING ON BCAST PREFIX sessions:")
        #expect(!self.state.isReady)
        #expect(self.take(.simpleString("OK")) == "listening")
        #expect(self.state.isReady)
    }

    @Test("a server that refuses to track, or knows no RESP3, or is a replica, fails it")
    func refusals() {
        _ = self.begin()
        _ = self.take(.map([]))
        _ = self.take(Self.primary)
        #expect(self.take(.error(RedisError(reply: "NOPERM no permission"))) == "fail no_permission")
        let old = RedisTrackingProtocolTests()
        _ = old.begin()
        _ = old.take(.error(RedisError(reply: "ERR unknown command 'HELLO'")))
        _ = old.take(.simpleString("OK"))
        #expect(old.take(Self.primary) == "fail configuration")
        let replica = RedisTrackingProtocolTests()
        _ = replica.begin()
        _ = replica.take(.map([]))
        #expect(replica.take(.array([.bulkString(Array("slave".utf8))])) == "fail read_only")
    }

    @Test("two heartbeats give a lease, which counts from the first of them; each further one extends it")
    func leases() {
        self.connect()
        #expect(self.beat(at: 0) == "sendHeartbeat")
        _ = self.state.heartbeat(at: self.at(10))
        #expect(self.state.pendingSince == self.at(10))
        #expect(self.take(.simpleString("PONG")) == "none")
        guard case .message(.leaseExtended(self.at(100))) = self.state.take(Self.primary) else {
            Issue.record("It is no lease.")
            return
        }
        #expect(self.state.pendingSince == nil)
        #expect(self.beat(at: 40) == "leaseExtended")
    }

    @Test("only PONG counts: a server that is busy or loading extends no lease, nor does the first PONG after that")
    func busy() {
        self.connect()
        _ = self.beat(at: 0)
        #expect(self.beat(at: 30) == "leaseExtended")
        #expect(self.beat(at: 60, Self.busy, Self.busy) == "none")
        #expect(self.beat(at: 90) == "sendHeartbeat")
        #expect(self.beat(at: 91) == "leaseExtended")
        #expect(self.beat(at: 120, .simpleString("QUEUED")) == "none")
        #expect(self.beat(at: 150, .bulkString(Array("PONG".utf8))) == "none")
    }

    @Test("after a pause two heartbeats are needed again")
    func pause() {
        self.connect()
        _ = self.beat(at: 0)
        #expect(self.beat(at: 30) == "leaseExtended")
        self.state.resume()
        #expect(self.beat(at: 9_000) == "sendHeartbeat")
    }

    @Test("a server that has become a replica, or does not tell its role, ends the connection")
    func demotion() {
        self.connect()
        let replica = RedisReply.array([.bulkString(Array("slave".utf8))])
        #expect(self.beat(at: 0, .simpleString("PONG"), replica) == "fail read_only")
        let other = RedisTrackingProtocolTests()
        other.connect()
        let refusal = RedisReply.error(RedisError(reply: "NOPERM no permission for role"))
        #expect(other.beat(at: 0, .simpleString("PONG"), refusal) == "fail no_permission")
    }

    @Test("invalidations name keys or all of them, between any replies")
    func invalidations() {
        self.connect()
        _ = self.state.heartbeat(at: self.at(0))
        let keys = ["sessions:a", "sessions:b"].map { RedisReply.bulkString(Array($0.utf8)) }
        let word = RedisReply.bulkString(Array("invalidate".utf8))
        guard case .message(.changed(let named)) = self.state.take(.push([word, .array(keys)])) else {
            Issue.record("It is no invalidation.")
            return
        }
        #expect(named.map { String(decoding: $0, as: UTF8.self) } == ["sessions:a", "sessions:b"])
        #expect(self.take(.push([word, .null])) == "allChanged")
        _ = self.take(.simpleString("PONG"))
        #expect(self.take(.push([word, .null])) == "allChanged")
        #expect(self.take(Self.primary) == "sendHeartbeat")
    }

    @Test("anything that it does not expect ends the connection")
    func violations() {
        self.connect()
        #expect(self.take(.push([.bulkString(Array("message".utf8)), .null])) == "fail protocol_violation")
        #expect(self.take(.push([])) == "fail protocol_violation")
        let invalid = RedisReply.push([.bulkString(Array("invalidate".utf8)), .integer(1)])
        #expect(self.take(invalid) == "fail protocol_violation")
        #expect(self.take(.simpleString("PONG")) == "fail protocol_violation")
    }
}

extension RedisTrackingProtocol.Step {
    fileprivate var text: String {
        switch self {
        case .none: "none"
        case .send(let command):
            ([command.name] + command.arguments.map { String(decoding: $0.bytes, as: UTF8.self) })
                .joined(separator: " ")
        case .listening: "listening"
        case .message(.changed): "changed"
        case .message(.allChanged): "allChanged"
        case .message(.leaseExtended): "leaseExtended"
        case .sendHeartbeat: "sendHeartbeat"
        case .fail(let error): "fail \(error.code)"
        }
    }
}
#endif
