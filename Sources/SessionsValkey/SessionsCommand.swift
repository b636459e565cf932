//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Valkey
import NIOCore
import SessionsRedis
import Synchronization
import Valkey

/// A command of a store.
struct SessionsCommand: ValkeyCommand {
    /// The name in traces.
    static let name = "SESSIONS"

    /// Keys, because they are what valkey-swift encodes of any bytes.
    private let parts: [ValkeyKey]
    let keysAffected: [ValkeyKey]

    init(_ command: RedisCommand) {
        self.parts = [ValkeyKey(command.name)] + command.arguments.map { ValkeyKey(ByteBuffer(bytes: $0.bytes)) }
        self.keysAffected = command.keys
    }

    func encode(into encoder: inout ValkeyCommandEncoder) {
        encoder.encodeArray(self.parts)
    }
}

/// A command that only reads and concerns the same key, so that it is redirected to the same server. It may be sent any
/// number of times.
struct SessionsProbe: ValkeyCommand {
    static let name = "GET"

    let keysAffected: [ValkeyKey]

    init(_ command: RedisCommand) {
        self.keysAffected = command.keys
    }

    func encode(into encoder: inout ValkeyCommandEncoder) {
        guard let key = self.keysAffected.first else { return encoder.encodeArray("PING") }
        encoder.encodeArray("GET", key)
    }
}

/// A command that a client may send as often as it likes, and whose effect happens once at most.
///
/// First it is a ``SessionsProbe``, which is redirected to another server. When it is sent a second time it is the
/// command. From then on it is the probe again.
final class RedirectedCommand: ValkeyCommand {
    static let name = "SESSIONS"

    private let probe: SessionsProbe
    private let command: SessionsCommand
    private let count = Atomic(0)

    init(_ command: RedisCommand) {
        self.probe = SessionsProbe(command)
        self.command = SessionsCommand(command)
    }

    var keysAffected: [ValkeyKey] { self.probe.keysAffected }

    /// How often it was sent: the reply to the second time is that of the command.
    var sentCount: Int { self.count.load(ordering: .sequentiallyConsistent) }

    func encode(into encoder: inout ValkeyCommandEncoder) {
        let (_, count) = self.count.add(1, ordering: .sequentiallyConsistent)
        if count == 2 { self.command.encode(into: &encoder) } else { self.probe.encode(into: &encoder) }
    }

    static func == (one: RedirectedCommand, other: RedirectedCommand) -> Bool { one === other }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(self))
    }
}

extension RedisCommand {
    fileprivate var keys: [ValkeyKey] { self.key.map { [ValkeyKey(ByteBuffer(bytes: $0.bytes))] } ?? [] }
}
#endif
