//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Where a Redis or Valkey server is, and how a ``RedisClient`` behaves towards it.
///
/// ```swift
/// var configuration = try RedisConfiguration(url: "rediss://sessions:secret@redis.example.com/1")
/// configuration.commandDeadline = .milliseconds(500)
/// ```
public struct RedisConfiguration: Sendable {
    /// Where the server is.
    public var address: Address

    /// The user to log in as. The default is nil: with a password, the server's user `default`.
    public var username: String?

    /// The password. It is never part of a description, a log or an error. The default is nil: no login.
    public var password: String?

    /// The number of the database. The default is 0.
    public var database = 0

    /// Whether the connections are encrypted. The default is ``TLS/off``; a URL with `rediss` turns it on.
    public var tls = TLS.off

    /// The name of the connections, which `CLIENT LIST` shows; nil for none. The default is `swift-sessions`.
    public var clientName: String? = "swift-sessions"

    /// The version of the protocol to speak. The default is ``ProtocolVersion/automatic``.
    public var protocolVersion = ProtocolVersion.automatic

    /// How many connections there are, one on each event loop at most; nil for one on each. The default is nil.
    public var connectionCount: Int?

    /// How long it may take to have a connection ready: to find the address, connect, agree on TLS and log in. The
    /// default is 1 second.
    public var connectDeadline: Duration = .seconds(1)

    /// How long a command may take, with all that it waits for. One that takes longer fails, and its connection is
    /// closed. The default is 1,500 milliseconds, which is less than the deadline of an engine.
    public var commandDeadline: Duration = .milliseconds(1500)

    /// How many commands may wait on one connection, for their turn or for their replies. One more fails at once with
    /// ``RedisError/Code/queueFull``. The default is 1,024.
    public var queueLimit = 1024

    /// How long commands fail at once after a failure, before the server is asked again; it doubles with each failure
    /// in a row. The default is 50 milliseconds.
    public var reconnectDelay: Duration = .milliseconds(50)

    /// What ``reconnectDelay`` grows to at most. The default is 2 seconds.
    public var maximumReconnectDelay: Duration = .seconds(2)

    /// How long a shutdown waits for the replies to commands that were sent before. The default is 2 seconds.
    public var shutdownDeadline: Duration = .seconds(2)

    /// The most bytes of a reply. A larger one fails its command with ``RedisError/Code/replyTooLarge`` and is skipped;
    /// the connection goes on. The default is 16 MiB.
    public var maximumReplySize = 16_777_216

    /// Whether a connection is only taken when the server says that it is a primary.
    var requiresPrimary = false

    /// Creates a configuration with the defaults.
    ///
    /// - Parameter address: Where the server is. The default is the port 6379 of this machine.
    public init(address: Address = .host("localhost")) {
        self.address = address
    }
}

extension RedisConfiguration {
    /// Where a server is.
    public struct Address: Sendable, Hashable, CustomStringConvertible {
        enum Kind: Hashable {
            case host(String, port: Int)
            case unixSocket(path: String)
        }

        let kind: Kind

        /// A server on the network.
        ///
        /// - Parameters:
        ///   - host: Its name or address.
        ///   - port: The default is 6379.
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

    /// Which version of the protocol is spoken.
    public struct ProtocolVersion: Sendable, Hashable {
        let triesRESP3: Bool

        /// RESP3 if the server knows it (Redis 6 and Valkey do), RESP2 if not.
        public static let automatic = ProtocolVersion(triesRESP3: true)
        /// RESP2.
        public static let resp2 = ProtocolVersion(triesRESP3: false)
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomReflectable {
    /// The address, user and database, and never the password.
    public var description: String {
        let user = self.username.map { "\($0)@" } ?? ""
        return "RedisConfiguration(\(user)\(self.address), database \(self.database))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
