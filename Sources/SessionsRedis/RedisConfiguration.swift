//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The configuration of a ``RedisClient``: the address and the options of a Redis or Valkey server.
///
/// ```swift
/// var configuration = try RedisConfiguration(url: "rediss://sessions:secret@redis.example.com/1")
/// configuration.commandDeadline = .milliseconds(500)
/// ```
public struct RedisConfiguration: Sendable {
    /// The address of the server.
    public var address: Address

    /// The user of the login. The default is nil: with a password, the server's user `default`.
    public var username: String?

    /// The password. It is never part of a description, a log or an error. The default is nil: no login.
    public var password: String?

    /// The number of the database. The default is 0.
    public var database = 0

    /// Whether the connections are encrypted. The default is ``TLS/off``. A URL with `rediss` turns it on.
    public var tls = TLS.off

    /// The name of the connections, which `CLIENT LIST` shows. Nil for none. The default is `swift-sessions`.
    public var clientName: String? = "swift-sessions"

    /// The version of the protocol. The default is ``ProtocolVersion/automatic``.
    public var protocolVersion = ProtocolVersion.automatic

    /// The number of connections, at most one on each event loop. The default is nil: one on each.
    public var connectionCount: Int?

    /// The deadline for a connection to be ready: address lookup, connecting, TLS and login. The default is 1 second.
    public var connectDeadline: Duration = .seconds(1)

    /// The deadline of a command, including all its waiting. One that takes longer fails, and its connection is closed.
    /// The default is 1,500 milliseconds, which is less than the deadline of an engine.
    public var commandDeadline: Duration = .milliseconds(1500)

    /// How many commands may be queued or wait for their replies on one connection. Further commands fail at once with
    /// ``RedisError/Code/queueFull``. The default is 1,024.
    public var queueLimit = 1024

    /// The backoff after a failure. Commands fail at once until it ends. It doubles with each consecutive failure. The
    /// default is 50 milliseconds.
    public var reconnectDelay: Duration = .milliseconds(50)

    /// The maximum of the growing ``reconnectDelay``. The default is 2 seconds.
    public var maximumReconnectDelay: Duration = .seconds(2)

    /// How long a shutdown waits for the replies to earlier commands. The default is 2 seconds.
    public var shutdownDeadline: Duration = .seconds(2)

    /// The maximum size of a reply in bytes. A larger reply is skipped, and its command fails with
    /// ``RedisError/Code/replyTooLarge``. The connection stays open. The default is 16 MiB.
    public var maximumReplySize = 16_777_216

    /// Whether a connection is used only if the server says that it is a primary.
    var requiresPrimary = false

    /// Creates a configuration with the defaults.
    ///
    /// - Parameter address: The address of the server. The default is port 6379 on this machine.
    public init(address: Address = .host("localhost")) {
        self.address = address
    }
}

extension RedisConfiguration {
    /// The address of a server.
    public struct Address: Sendable, Hashable, CustomStringConvertible {
        enum Kind: Hashable {
            case host(String, port: Int)
            case unixSocket(path: String)
        }

        let kind: Kind

        /// A server on the network.
        ///
        /// - Parameters:
        ///   - host: The host name or address.
        ///   - port: The port. The default is 6379.
        public static func host(_ host: String, port: Int = 6379) -> Address {
            Address(kind: .host(host, port: port))
        }

        /// A server on this machine, at a Unix domain socket.
        public static func unixSocket(path: String) -> Address {
            Address(kind: .unixSocket(path: path))
        }

        /// The host and port, or the path.
        public var description: String {
            switch self.kind {
            case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unixSocket(let path): path
            }
        }
    }

    /// The version of the protocol.
    public struct ProtocolVersion: Sendable, Hashable {
        let triesRESP3: Bool

        /// RESP3 if the server supports it (Redis 6 and Valkey do), RESP2 if not.
        public static let automatic = ProtocolVersion(triesRESP3: true)
        /// RESP2.
        public static let resp2 = ProtocolVersion(triesRESP3: false)
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomReflectable {
    /// The address, user and database. It never shows the password.
    public var description: String {
        let user = self.username.map { "\($0)@" } ?? ""
        return "RedisConfiguration(\(user)\(self.address), database \(self.database))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
