//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

/// Where an engine keeps its sessions.
public struct SessionBackend: Sendable {
    /// Whether the credential contains the session, so that storing needs a response header.
    let isSelfContained: Bool
    let makeDriver: @Sendable (EngineEnvironment) throws -> any BackendDriver

    /// Keeps sessions in a store. The client has only a token.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - encryptedAtRest: Whether values are sealed in the store under a key that only the visitor's token opens, so
    ///     that neither a dump of the store nor the server's own keys reveal them. Subjects, times and client
    ///     descriptions stay readable, for lists and logouts. Only the session's own requests can then read its values.
    ///     You can turn it on and off at any time: a session changes with its next write. The default is false.
    ///   - keyring: Keys that sign tokens, so that forged ones are rejected before the store is read. Turning it on or
    ///     off logs everyone out. The default is nil: tokens are bare, which is just as safe.
    public static func stored(
        in store: any SessionStore,
        encryptedAtRest: Bool = false,
        signedWith keyring: SecretKeyring? = nil
    ) -> SessionBackend {
        SessionBackend(isSelfContained: false) { environment in
            StoredSessions(
                store: store,
                isEncryptedAtRest: encryptedAtRest,
                signer: try keyring.map { try TokenSigner($0, for: .stored, environment.configuration) },
                environment
            )
        }
    }

    /// Keeps sessions in the cookie, encrypted and authenticated. It needs no store and no memory, and works with any
    /// number of servers that have the same keys.
    ///
    /// Both limits are under the seal and enforced with the server's clock. Of two parallel responses the last one
    /// wins, because there is no compare-and-set. <doc:Sealed-sessions> describes the other differences.
    ///
    /// - Parameters:
    ///   - keyring: The keys. The newest key seals. A session that an older key sealed is sealed again with the next
    ///     response.
    ///   - revocation: How sessions are revoked before they expire. There is no default, because it determines what a
    ///     logout does.
    ///   - maximumCookies: How many cookies a session may use, from 1 to 4. A cookie holds 3,800 bytes with its name,
    ///     and all of them hold 12,288 bytes with their attributes and 32 bytes each. The default is nil: one cookie
    ///     whose `Set-Cookie` field has at most 3,072 bytes. The response head then fits the single 4 KiB buffer of
    ///     nginx and leaves 1 KiB for other fields. Larger existing sessions are still read, and may be written as long
    ///     as they do not grow.
    ///
    /// - Warning: With any number, a growing session makes nginx with its default `proxy_buffer_size` respond with 502.
    ///   With more than 2, many servers reject the requests, including the one that logs out. For more than 2, a
    ///   start-up log line says so.
    public static func sealed(
        with keyring: SecretKeyring,
        revocation: SessionRevocation,
        maximumCookies: Int? = nil
    ) -> SessionBackend {
        SessionBackend(isSelfContained: true) { environment in
            let configuration = environment.configuration
            var problems = configuration.problemsOfRenewal(by: ".sealed") + revocation.problems
            if let maximumCookies, !(1...CookieChunks.maximumChunkCount).contains(maximumCookies) {
                problems.append(
                    "A sealed session takes 1 to \(CookieChunks.maximumChunkCount) cookies (maximumCookies is \(maximumCookies))."
                )
            }
            let capacity = SealedCookieCapacity(maximumCookies: maximumCookies)
            guard problems.isEmpty else { throw SessionError.configuration(problems) }
            if let warning = capacity.warning { Logger(label: "swift-sessions").warning("\(warning)") }
            return SealedSessions(
                sealer: try Sealer(
                    keyring,
                    purpose: .sealing,
                    context: configuration.audience(.sealed).context,
                    former: configuration.formerTokens,
                    defaultName: configuration.cookie.name,
                    random: configuration.random
                ),
                csrfKeys: try CSRFKeys(
                    keyring, audience: configuration.audience(.sealed), former: configuration.formerTokens),
                revocations: RevocationList(revocation, environment),
                capacity: capacity,
                environment
            )
        }
    }

    /// Keeps no sessions. Every client has a token, and the application keeps the data that belongs to it.
    ///
    /// `session.token` exists in every request, and ``Session/regenerate()`` makes a new one. Values and logins are
    /// rejected. Tokens are signed, so that a client cannot invent one. A client can still pass on one that it
    /// received, and have another user use it (session fixation): call `regenerate()` before a login.
    ///
    /// - Parameter keyring: The signing keys.
    public static func tokenOnly(with keyring: SecretKeyring) -> SessionBackend {
        SessionBackend(isSelfContained: true) { environment in
            let configuration = environment.configuration
            let problems = configuration.problemsOfRenewal(by: ".tokenOnly")
            guard problems.isEmpty else { throw SessionError.configuration(problems) }
            return TokenOnlySessions(
                signer: try TokenSigner(keyring, for: .tokens, configuration),
                csrfKeys: try CSRFKeys(
                    keyring, audience: configuration.audience(.tokens), former: configuration.formerTokens),
                environment: environment
            )
        }
    }

    /// Shares the sessions that another system keeps.
    package static func external(
        _ makeStore: @escaping @Sendable (SessionConfiguration) throws -> any ExternalSessionStore
    ) -> SessionBackend {
        SessionBackend(isSelfContained: false) { environment in
            let configuration = environment.configuration
            let problems = configuration.problemsOfRenewal(by: ".express")
            guard problems.isEmpty else { throw SessionError.configuration(problems) }
            return ExternalSessions(store: try makeStore(configuration), environment)
        }
    }
}

extension TokenSigner {
    fileprivate init(
        _ keyring: SecretKeyring,
        for backend: KeyAudience.Backend,
        _ configuration: SessionConfiguration
    ) throws {
        let context = configuration.audience(backend).context
        try self.init(keyring, context: context, former: configuration.formerTokens)
    }
}
