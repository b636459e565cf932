//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions
import SessionsTesting

@testable import SessionsRedis

/// A server, a process with a near cache, and other processes that write, in a time of their own and in random order.
///
/// The process uses the real slots and the real lease. Everything on the network takes a random time, and what is sent
/// over one connection arrives in its order.
struct NearCacheSimulation {
    /// A mistake that the simulation must find.
    enum Flaw: CaseIterable {
        /// An invalidation leaves the slot of a `GET` that is under way.
        case keptReservation
        /// A write returns when it has its reply.
        case noWait
        /// A lost connection leaves the lease and the slots.
        case keptLease
        /// The lease of a record that the process has written counts from the reply.
        case writtenLeaseFromReply
        /// What the process reads may be older than what it has written.
        case unannouncedWrite
    }

    private enum Message {
        case invalidation
        case pong(sentAt: Int)
    }

    private struct Get {
        let reservation: RedisCacheShard.Reservation
        var record: SessionRecord?
    }

    /// A write of the process with the cache.
    private struct OwnWrite {
        let sentAt: Int
        var record: SessionRecord?
        var replyTime = Int.max
    }

    private static let lease = 100

    private let flaw: Flaw?
    private let start = ContinuousClock.now
    private let samples = SampleRecords()
    private let random: DeterministicRandom
    private var now = 0
    /// The record on the server.
    private var record: SessionRecord
    /// The versions that no process may use from a time on.
    private var promises: [(time: Int, counter: UInt64)] = []
    private var replies: [(time: Int, counter: UInt64)] = []
    private var shard = RedisCacheShard(maximumCount: 10, maximumByteCount: 1_000_000)
    private var leaseState = RedisLease(length: .milliseconds(Self.lease))
    private var epoch: UInt64 = 0
    private var isPinged = false
    /// What is on its way to the server, and back.
    private var pings: [(time: Int, sentAt: Int)] = []
    private var messages: [(time: Int, Message)] = []
    private var lastWriteTime = -1
    private var get: Get?
    private var ownWrite: OwnWrite?
    private(set) var hitCount = 0
    /// How often a record was used that an acknowledged write had replaced.
    private(set) var staleCount = 0

    init(seed: UInt64, flaw: Flaw? = nil) {
        self.flaw = flaw
        self.random = DeterministicRandom(seed: seed)
        self.record = self.samples.record()
        self.connect()
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            self.now += self.roll(3)
            self.step()
            self.read()
        }
    }

    private func roll(_ sides: UInt64) -> Int { Int(self.random.next() % sides) }

    private func at(_ time: Int) -> ContinuousClock.Instant { self.start + .milliseconds(time) }

    /// The time at which a message that is sent now is received: mostly soon, sometimes much later.
    private func receiveTime(after last: Int?) -> Int {
        max(self.now + (self.roll(8) == 0 ? self.roll(300) : self.roll(4)), last ?? 0)
    }

    private mutating func connect() {
        if self.flaw != .keptLease || self.epoch == 0 {
            self.epoch += 1
            self.shard.suspend(until: self.epoch)
            self.shard.track(in: self.epoch)
            self.leaseState = RedisLease(length: .milliseconds(Self.lease))
        }
        (self.isPinged, self.pings, self.messages) = (false, [], [])
    }

    private mutating func step() {
        while let ping = self.pings.first, ping.time <= self.now {
            self.pings.removeFirst()
            self.messages.append((self.receiveTime(after: self.messages.last?.time), .pong(sentAt: ping.sentAt)))
        }
        while let (time, message) = self.messages.first, time <= self.now {
            self.messages.removeFirst()
            self.receive(message)
        }
        while let reply = self.replies.first, reply.time <= self.now {
            self.replies.removeFirst()
            let wait = self.flaw == .noWait ? 0 : Self.lease
            self.promises.append((self.now + wait, reply.counter))
        }
        switch self.roll(40) {
        case 0 where self.roll(3) == 0:
            self.write()
            self.replies.append((self.receiveTime(after: self.replies.last?.time), self.record.version.counter))
        case 2...9: self.ping()
        case 10...19: self.beginGet()
        case 20...27: self.endGet()
        case 28 where self.roll(6) == 0: self.beginOwnWrite()
        case 31...39: self.endOwnWrite()
        case 30 where self.roll(6) == 0: self.connect()
        default: break
        }
    }

    /// The server writes. It sends the invalidation before the reply, and one for all writes of a moment.
    private mutating func write() {
        self.record = self.samples.next(self.record)
        if self.lastWriteTime == self.now, case .invalidation? = self.messages.last?.1 { return }
        self.lastWriteTime = self.now
        self.messages.append((self.receiveTime(after: self.messages.last?.time), .invalidation))
    }

    private mutating func beginOwnWrite() {
        guard self.ownWrite == nil else { return }
        if self.flaw != .unannouncedWrite { self.shard.beginWrite(self.record.id) }
        self.ownWrite = OwnWrite(sentAt: self.now)
    }

    /// First the server writes, sometimes beside another process, then the reply arrives.
    private mutating func endOwnWrite() {
        guard var write = self.ownWrite else { return }
        if let record = write.record {
            guard write.replyTime <= self.now else { return }
            let start = self.flaw == .writtenLeaseFromReply ? self.now : write.sentAt
            self.shard.endWrite(
                record.id, record: record, byteCount: 100, leaseEnd: self.at(start + Self.lease))
            self.promises.append((self.now, record.version.counter))
            self.ownWrite = nil
        } else {
            self.write()
            write.record = self.record
            write.replyTime = self.receiveTime(after: nil)
            self.ownWrite = write
            if self.roll(3) == 0 {
                self.write()
                self.replies.append((self.receiveTime(after: self.replies.last?.time), self.record.version.counter))
            }
        }
    }

    private mutating func ping() {
        guard !self.isPinged else { return }
        self.isPinged = true
        self.pings.append((self.receiveTime(after: self.pings.last?.time), self.now))
    }

    private mutating func receive(_ message: Message) {
        switch message {
        case .invalidation:
            if self.flaw == .keptReservation, self.get != nil { return }
            self.shard.invalidate(self.record.id)
        case .pong(let sent):
            self.isPinged = false
            _ = self.leaseState.answered(pingSentAt: self.at(sent))
            if let end = self.leaseState.end { self.shard.extendLease(to: end, in: self.epoch) }
        }
    }

    private mutating func beginGet() {
        guard self.get == nil, self.shard.record(of: self.record.id, at: self.at(self.now)) == nil,
            let reservation = self.shard.reserve(self.record.id)
        else { return }
        self.get = Get(reservation: reservation)
    }

    /// First the server reads the record, then the reply arrives.
    private mutating func endGet() {
        guard var get else { return }
        if let record = get.record {
            self.shard.fill(get.reservation, with: record, byteCount: 100)
            self.shard.cancel(get.reservation, of: record.id)
            self.get = nil
        } else {
            get.record = self.record
            self.get = get
        }
    }

    private mutating func read() {
        guard let read = self.shard.record(of: self.record.id, at: self.at(self.now)) else { return }
        self.hitCount += 1
        let now = self.now
        let promised = self.promises.filter { $0.time <= now }.map(\.counter).max() ?? 0
        // Promises that are kept need no other look.
        self.promises.removeAll { $0.counter < promised }
        if read.version.counter < promised { self.staleCount += 1 }
    }
}
#endif
