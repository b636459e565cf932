//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Why a Redis or Valkey command failed, on the server or on the way to it.
public struct RedisError: Error, Sendable {
    /// The kind of a failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, suitable as a metric label.
        public let description: String

        private init(_ description: String) { self.description = description }

        // Errors of the client and the connection.

        /// The configuration or a URL is invalid.
        public static let configuration = Code("configuration")
        /// There is no connection, and none can be made at the moment.
        public static let notConnected = Code("not_connected")
        /// The server rejected the user name or the password, or requires one.
        public static let authentication = Code("authentication")
        /// TLS failed: the server's certificate is not trusted, or belongs to another server.
        public static let tls = Code("tls")
        /// The connection was closed before the reply arrived.
        public static let connectionClosed = Code("connection_closed")
        /// The reply did not arrive within the deadline.
        public static let deadlineExceeded = Code("deadline_exceeded")
        /// Too many commands are already waiting.
        public static let queueFull = Code("queue_full")
        /// The server's bytes violate the protocol.
        public static let protocolViolation = Code("protocol_violation")
        /// The reply is larger than ``RedisConfiguration/maximumReplySize``. It was skipped, and the connection stays
        /// open.
        public static let replyTooLarge = Code("reply_too_large")
        /// The client was shut down.
        public static let shutDown = Code("shut_down")

        // Errors of the server, by the first word of its error reply.

        /// `NOSCRIPT`: the server does not know the script.
        public static let noScript = Code("no_script")
        /// `LOADING`: the server has started and is still loading its data.
        public static let loading = Code("loading")
        /// `READONLY`: the server is a replica, and the write was not performed.
        public static let readOnly = Code("read_only")
        /// `OOM`: the server has no memory left for writes.
        public static let outOfMemory = Code("out_of_memory")
        /// `WRONGTYPE`: the key has a value of another type.
        public static let wrongType = Code("wrong_type")
        /// `BUSY`: a script has been running for too long.
        public static let busy = Code("busy")
        /// `MISCONF`: the server cannot write its data to disk and rejects writes.
        public static let misconfigured = Code("misconfigured")
        /// `MASTERDOWN`: a replica has lost its primary.
        public static let primaryDown = Code("primary_down")
        /// `NOREPLICAS`: the server has fewer replicas than it is configured to require.
        public static let noReplicas = Code("no_replicas")
        /// `NOPERM`: the user lacks the permission.
        public static let noPermission = Code("no_permission")
        /// `MOVED`: another server of the cluster has the key.
        public static let moved = Code("moved")
        /// `ASK`: another server of the cluster has the key for now.
        public static let ask = Code("ask")
        /// `TRYAGAIN`: the keys of a command are being moved to another server.
        public static let tryAgain = Code("try_again")
        /// `CLUSTERDOWN`: the cluster, or the part of it that has the key, is down.
        public static let clusterDown = Code("cluster_down")
        /// `CROSSSLOT`: the keys of a command are on different servers.
        public static let crossSlot = Code("cross_slot")
        /// Any other error reply.
        public static let server = Code("server")

        static let byPrefix: [String: Code] = [
            "NOSCRIPT": .noScript, "LOADING": .loading, "READONLY": .readOnly, "OOM": .outOfMemory,
            "WRONGTYPE": .wrongType, "BUSY": .busy, "MISCONF": .misconfigured, "MASTERDOWN": .primaryDown,
            "NOREPLICAS": .noReplicas, "NOPERM": .noPermission, "NOAUTH": .authentication,
            "WRONGPASS": .authentication, "MOVED": .moved, "ASK": .ask, "TRYAGAIN": .tryAgain,
            "CLUSTERDOWN": .clusterDown, "CROSSSLOT": .crossSlot,
        ]
    }

    /// The kind of the failure.
    public let code: Code
    /// What happened, with the measured value and what to do. It never contains a password or an argument.
    public let message: String
    /// Whether the server may have performed the command: it was sent, and its reply did not arrive.
    ///
    /// False means certainly not performed, so that even a command that must not run twice may be sent again.
    public let mayHaveRun: Bool
    /// The underlying error, if there is one.
    public let underlying: (any Error)?

    /// Creates an error of a client.
    ///
    /// - Parameters:
    ///   - code: The kind of the failure.
    ///   - message: What happened and what to do, without any secret.
    ///   - mayHaveRun: Whether the server may have performed the command.
    ///   - underlying: The underlying error, if there is one.
    public init(_ code: Code, _ message: String, mayHaveRun: Bool, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.mayHaveRun = mayHaveRun
        self.underlying = underlying
    }

    /// Creates the error for an error reply.
    ///
    /// The first word determines the code. The arguments of a command, which a server repeats when it does not know the
    /// command, are removed. The text is truncated to 512 characters.
    ///
    /// - Parameter reply: The text of the reply, such as `NOSCRIPT No matching script.`
    public init(reply: String) {
        let prefix = reply.prefix { $0 != " " }
        self.init(Code.byPrefix[String(prefix)] ?? .server, Self.withoutArguments(reply), mayHaveRun: false)
    }

    private static func withoutArguments(_ reply: String) -> String {
        let end = reply.firstRange(of: ", with args beginning with")?.lowerBound ?? reply.endIndex
        return String(reply[..<end].prefix(512))
    }
}

extension RedisError: Hashable {
    /// Two errors are equal if they have the same kind and message, whatever their underlying errors.
    public static func == (one: RedisError, other: RedisError) -> Bool {
        one.code == other.code && one.message == other.message && one.mayHaveRun == other.mayHaveRun
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.code)
        hasher.combine(self.message)
    }
}

extension RedisError: CustomStringConvertible {
    public var description: String {
        let cause = self.underlying.map { " (\($0))" } ?? ""
        return "\(self.code): \(self.message)\(cause)"
    }
}
#endif
