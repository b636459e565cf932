//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

/// Where the sessions of an engine are remembered.
public struct SessionBackend: Sendable {
    /// Whether the credential is the session, so that what is kept needs a header of the response.
    let isInText: Bool
    let makeDriver: @Sendable (EngineEnvironment) throws -> any BackendDriver

    /// In a store: the client has a token and nothing else.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - encryptedAtRest: Whether the values are sealed in the store under a key that only the visitor's token opens,
    ///     so that neither a dump of the store nor whatever the server keeps reveals them. Subjects, times and
    ///     what is known of clients stay readable, for lists and endings; the values of a session are then open to its
    ///     own requests alone. It can be turned on and off at any time: a session is stored in the new way when it is
    ///     written next. The default is false.
    ///   - keyring: Keys that tokens are signed with, so that an invented one is refused before the store is asked.
    ///     Turning it on or off logs everyone out. The default is nil: tokens are bare, which is as safe.
    public static func stored(
        in store: any SessionStore,
        encryptedAtRest: Bool = false,
        signedWith keyring: SecretKeyring? = nil
    ) -> SessionBackend {
        SessionBackend(isInText: false) { environment in
            StoredSessions(
                store: store,
                isEncryptedAtRest: encryptedAtRest,
                signer: try keyring.map { try TokenSigner($0, for: .stored, environment.configuration) },
                environment
            )
        }
    }

    /// In the cookie, encrypted and authenticated: no store, no memory, any number of servers that have the same keys.
    ///
    /// Both limits are under the seal and held by the server's clock. Of two responses at once the last one wins, since
    /// nothing compares them; <doc:Sealed-sessions> tells what else is different.
    ///
    /// - Parameters:
    ///   - keyring: The keys. The newest seals; a session that an older one sealed is sealed anew with the next
    ///     response.
    ///   - revocation: How sessions are ended before their time. There is no default: what logging out does depends on
    ///     it.
    ///   - maximumCookies: How many cookies a session may be spread over, from 1 to 4; a cookie holds 3,800 bytes with
    ///     its name, and all of them 12,288 bytes with their attributes and 32 bytes each. The default is nil: one
    ///     cookie whose `Set-Cookie` field has at most 3,072 bytes, so that a response fits the one buffer of 4 KiB
    ///     that nginx has for its head, with 1 KiB for other fields. Larger sessions that exist are read in any case,
    ///     and may be written as long as they do not grow.
    ///
    /// - Warning: With any number, a session that grows makes nginx, with its default `proxy_buffer_size`, answer 502,
    ///   and with more than 2 many servers refuse the requests, also the one that logs out. The log says so at start-up
    ///   for more than 2.
    public static func sealed(
        with keyring: SecretKeyring,
        revocation: SessionRevocation,
        maximumCookies: Int? = nil
    ) -> SessionBackend {
        SessionBackend(isInText: true) { environment in
            let configuration = environment.configuration
            var problems = configuration.problemsOfRenewal(by: ".sealed") + revocation.problems
            if let maximumCookies, !(1...CookieChunks.ceiling).contains(maximumCookies) {
                problems.append(
                    "A sealed session takes 1 to \(CookieChunks.ceiling) cookies (maximumCookies is \(maximumCookies))."
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
                    usualName: configuration.cookie.name,
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

    /// Nowhere: the client has a token, always, and the application keeps what belongs to it.
    ///
    /// `session.token` is there in every request, and ``Session/regenerate()`` makes a new one. Values and logins are
    /// refused. Tokens are signed, so that a client cannot bring one that it invented; it can still bring one that it
    /// was given, and have somebody else use it. So call `regenerate()` before a login.
    ///
    /// - Parameter keyring: The keys that sign.
    public static func tokenOnly(with keyring: SecretKeyring) -> SessionBackend {
        SessionBackend(isInText: true) { environment in
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

    /// Where another system keeps its sessions, which they then have in common.
    package static func external(
        _ makeStore: @escaping @Sendable (SessionConfiguration) throws -> any ExternalSessionStore
    ) -> SessionBackend {
        SessionBackend(isInText: false) { environment in
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
