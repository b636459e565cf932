//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// A redirection of a cluster server: `MOVED 3999 127.0.0.1:6381`, or the same with `ASK`.
struct RedisRedirection {
    let slot: Int
    let address: RedisConfiguration.Address

    /// Parses the error. Nil if it is not a valid redirection.
    ///
    /// - Parameter asked: The server that replied. A redirection without a host means its host, with another port.
    init?(_ error: RedisError, by asked: RedisConfiguration.Address) {
        let words = error.message.split(separator: " ", maxSplits: 3)
        guard words.count >= 3, let slot = Int(words[1]), (0..<RedisHashSlot.count).contains(slot),
            let colon = words[2].lastIndex(of: ":"), let port = Int(words[2][words[2].index(after: colon)...]),
            let address = RedisConfiguration.Address(host: String(words[2][..<colon]), port: port, by: asked)
        else { return nil }
        self.slot = slot
        self.address = address
    }
}

extension RedisConfiguration.Address {
    /// The address of a server, as another server of its cluster reports it. Nil if it is invalid.
    ///
    /// - Parameters:
    ///   - host: The host name or address. It is empty or a question mark if the reporting server does not know its own
    ///     address.
    ///   - asked: The address of the reporting server.
    init?(host: String, port: Int, by asked: RedisConfiguration.Address) {
        guard (1...65_535).contains(port) else { return nil }
        var host = host
        if host.isEmpty || host == "?" {
            guard case .host(let known, _) = asked.kind else { return nil }
            host = known
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let isPlain = host.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/[]@".utf8.contains($0) }
        guard (1...255).contains(host.utf8.count), isPlain else { return nil }
        self = .host(host, port: port)
    }
}
#endif
