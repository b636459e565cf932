//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
extension RedisConfiguration {
    /// - Throws: ``RedisError`` with the code `configuration` that names all problems.
    func check() throws(RedisError) {
        var problems: [String] = []
        func refuse(unless isGood: Bool, _ problem: String) {
            if !isGood { problems.append(problem) }
        }
        switch self.address.kind {
        case .host(let host, let port):
            refuse(unless: !host.isEmpty, "The host is empty: give a name or an address.")
            refuse(unless: (1...65_535).contains(port), "The port is \(port): give one from 1 to 65535.")
        case .unixSocket(let path):
            refuse(unless: !path.isEmpty, "The path of the Unix socket is empty: give one.")
            refuse(unless: self.tls.configuration == nil, "TLS does not go over a Unix socket: set tls to .off.")
        }
        refuse(
            unless: self.username == nil || self.password != nil,
            "There is a user and no password: give both, or neither.")
        refuse(unless: self.database >= 0, "The database is \(self.database): give 0 or a higher number.")
        refuse(
            unless: self.clientName?.utf8.allSatisfy { (0x21...0x7E).contains($0) } ?? true,
            "The clientName has a space or something else than ASCII characters: servers refuse it.")
        refuse(
            unless: self.connectionCount ?? 1 >= 1,
            "The connectionCount is \(self.connectionCount ?? 1): give 1 or more, or nil.")
        refuse(unless: self.queueLimit >= 1, "The queueLimit is \(self.queueLimit): give 1 or more.")
        refuse(
            unless: self.maximumReplySize >= 1024,
            "The maximumReplySize is \(self.maximumReplySize) bytes: give 1,024 or more.")
        for (name, duration) in [
            ("connectDeadline", self.connectDeadline), ("commandDeadline", self.commandDeadline),
            ("shutdownDeadline", self.shutdownDeadline), ("maximumReconnectDelay", self.maximumReconnectDelay),
        ] {
            refuse(
                unless: duration > .zero && duration <= .seconds(3600),
                "The \(name) is \(duration): give more than nothing, and an hour at most.")
        }
        refuse(unless: self.reconnectDelay >= .zero, "The reconnectDelay is \(self.reconnectDelay): give 0 or more.")
        refuse(
            unless: self.maximumReconnectDelay >= self.reconnectDelay,
            """
            The maximumReconnectDelay is \(self.maximumReconnectDelay), less than the reconnectDelay, which is \
            \(self.reconnectDelay): give as much or more.
            """)
        try RedisError.refuse(problems)
    }
}
#endif
