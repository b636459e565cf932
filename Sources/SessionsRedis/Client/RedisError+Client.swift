//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOSSL

extension RedisError {
    static func refusedURL(_ reason: String) -> RedisError {
        RedisError(.configuration, "The URL of the Redis server is refused: \(reason).", mayHaveRun: false)
    }

    /// - Throws: An error that names all problems, if there are any.
    static func refuse(_ problems: [String]) throws(RedisError) {
        guard !problems.isEmpty else { return }
        let list = problems.map { "\n  - \($0)" }.joined()
        throw RedisError(.configuration, "The Redis configuration is refused:\(list)", mayHaveRun: false)
    }

    static func notConnected(_ address: RedisConfiguration.Address, _ cause: any Error) -> RedisError {
        RedisError(
            .notConnected, "There is no connection to the Redis server at \(address).", mayHaveRun: false,
            underlying: cause)
    }

    static func notInTime(_ address: RedisConfiguration.Address, connectDeadline: Duration) -> RedisError {
        RedisError(
            .deadlineExceeded,
            "The Redis server at \(address) had no connection ready within the connectDeadline, \(connectDeadline).",
            mayHaveRun: false)
    }

    static func noReply(
        _ address: RedisConfiguration.Address,
        within deadline: Duration,
        mayHaveRun: Bool
    ) -> RedisError {
        RedisError(
            .deadlineExceeded,
            """
            The Redis server at \(address) gave no reply in time: within the commandDeadline, \(deadline), or the \
            storeDeadline of the engine that asked.
            """,
            mayHaveRun: mayHaveRun)
    }

    static func closed(_ address: RedisConfiguration.Address, _ cause: any Error) -> RedisError {
        RedisError(
            .connectionClosed, "The connection to the Redis server at \(address) was closed before the reply.",
            mayHaveRun: true, underlying: cause)
    }

    static func replica(_ address: RedisConfiguration.Address) -> RedisError {
        RedisError(.readOnly, "The Redis server at \(address) is not a primary.", mayHaveRun: false)
    }

    /// An error of the network or of TLS.
    static func connection(_ address: RedisConfiguration.Address, _ error: any Error) -> RedisError {
        guard error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError else {
            return RedisError(
                .connectionClosed, "The connection to the Redis server at \(address) failed.", mayHaveRun: false,
                underlying: error)
        }
        return RedisError(
            .tls,
            """
            TLS with the Redis server at \(address) failed. Its certificate must be signed by an authority that is \
            trusted, and be for the host that is asked.
            """,
            mayHaveRun: false, underlying: error)
    }

    static func closedByServer(_ address: RedisConfiguration.Address) -> RedisError {
        RedisError(.connectionClosed, "The Redis server at \(address) closed the connection.", mayHaveRun: false)
    }

    static func violation(_ address: RedisConfiguration.Address, _ violation: RESPViolation) -> RedisError {
        RedisError(
            .protocolViolation,
            "The server at \(address) violated the Redis protocol: \(violation). The connection is closed.",
            mayHaveRun: false)
    }

    static func queueFull(_ address: RedisConfiguration.Address, limit: Int) -> RedisError {
        RedisError(
            .queueFull,
            """
            \(limit) commands wait for the Redis server at \(address), which is the queueLimit. The server is too \
            slow for what it is asked.
            """,
            mayHaveRun: false)
    }

    static func shutDown(_ address: RedisConfiguration.Address, mayHaveRun: Bool = false) -> RedisError {
        RedisError(
            .shutDown,
            """
            The client of the Redis server at \(address) was shut down. Shut it down after all services that use it: \
            in the list of services it comes before them.
            """,
            mayHaveRun: mayHaveRun)
    }

    static func authentication(
        _ configuration: RedisConfiguration,
        _ reply: RedisError
    ) -> RedisError {
        let reason =
            configuration.password == nil
            ? "wants a login, and no password is configured"
            : "refused the login as \"\(configuration.username ?? "default")\"; check the user and the password"
        return RedisError(
            .authentication, "The Redis server at \(configuration.address) \(reason).", mayHaveRun: false,
            underlying: reply)
    }
}
#endif
