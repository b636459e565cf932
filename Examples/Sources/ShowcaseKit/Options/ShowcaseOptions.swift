//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Logging
import Sessions

/// The command-line options. Each is nil unless it was given.
package struct ShowcaseOptions: ParsableArguments {
    @Option(help: "The address to listen on. (default: 127.0.0.1)")
    var host: String?

    @Option(help: "The port to listen on; 0 lets the system choose. (default: 8080)", transform: PortArgument.parse)
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "The certificate of a server that speaks TLS itself, with HTTP/2: a PEM file. (default: plain HTTP)",
            valueName: "file"
        )
    )
    var certificate: String?

    @Option(help: ArgumentHelp("The private key of the certificate: a PEM file.", valueName: "file"))
    var privateKey: String?

    @Option(
        help: ArgumentHelp(
            """
            Where sessions are kept: memory, sqlite:PATH, a Redis or Valkey (redis://, rediss://, unix://), a cluster of \
            them (redis-cluster://host:port,host:port), what Sentinel watches (redis-sentinel://host:port/name), a \
            PostgreSQL (postgres://), sealed (in their cookies), or token-only (nowhere). (default: memory)
            """,
            valueName: "store"
        ),
        transform: StoreArgument.parse
    )
    var store: StoreArgument?

    @Option(
        help: ArgumentHelp(
            """
            The store that the sessions are moving to, from that of --store, or with --store sealed from that of \
            --revocation. (default: they stay)
            """,
            valueName: "store"
        ),
        transform: StoreArgument.parse
    )
    var movingTo: StoreArgument?

    @Option(
        help: ArgumentHelp(
            """
            How far this server has come with it: preparing, which may run beside servers without --moving-to, or \
            moving, which may run beside preparing ones. (default: preparing)
            """,
            valueName: "phase"
        ),
        transform: ChoiceArgument.movePhase.parse
    )
    var movePhase: MigrationPhase?

    @Option(
        help: ArgumentHelp(
            "Who signed the certificate of a rediss:// server: a PEM file. (default: whom the system trusts)",
            valueName: "file"
        )
    )
    var redisAuthority: String?

    @Flag(
        inversion: .prefixedNo,
        help: "A pooler such as PgBouncer, in its transaction mode, is in front of PostgreSQL. (default: no)"
    )
    var postgresPooler: Bool?

    @Option(
        help: ArgumentHelp(
            """
            How many replicas of a Redis must have an ending before it is acknowledged; 0 waits for none, and then a \
            failover may undo the last logouts. (default: 0)
            """,
            valueName: "number"
        )
    )
    var redisReplicas: Int?

    @Option(
        help: ArgumentHelp(
            """
            How long a session of a Redis may be read from the memory of this process after the last sign of life of \
            Redis, from 10ms to 1s. All servers need the same lease. (default: every read asks Redis)
            """,
            valueName: "lease"
        ),
        transform: DurationArgument.parse
    )
    var nearCache: Duration?

    @Option(
        help: ArgumentHelp(
            """
            What seals and signs: a file with one key a line, the newest first, which is read again when it changes; or \
            env:NAME. (default: a key of this process alone)
            """,
            valueName: "file"
        ),
        transform: KeysArgument.parse
    )
    var keys: KeysArgument?

    @Option(
        help: ArgumentHelp(
            """
            Where it is kept which sealed sessions have ended: memory (a restart forgets), sqlite:PATH, redis://… or \
            postgres://… (for several servers), or none (a copied cookie outlives its logout). (default: memory)
            """,
            valueName: "place"
        ),
        transform: RevocationArgument.parse
    )
    var revocation: RevocationArgument?

    @Option(
        help: ArgumentHelp(
            "How old a server's knowledge of those endings may be; 0s asks for every request. (default: 1s)",
            valueName: "duration"
        ),
        transform: DurationArgument.parse
    )
    var revocationAge: Duration?

    @Flag(
        inversion: .prefixedNo,
        help: "Seal the values in the store under keys that only the visitors' tokens open. (default: no)"
    )
    var encryptedAtRest: Bool?

    @Flag(
        inversion: .prefixedNo, help: "Sign the tokens, so that the store is not asked for invented ones. (default: no)"
    )
    var signed: Bool?

    @Option(
        help: ArgumentHelp("How long a session lives without being used. (default: 20m)", valueName: "duration"),
        transform: DurationArgument.parse
    )
    var idleTimeout: Duration?

    @Option(
        help: ArgumentHelp("How long a session lives in any case. (default: 8h)", valueName: "duration"),
        transform: DurationArgument.parse
    )
    var absoluteTimeout: Duration?

    @Option(
        help: ArgumentHelp(
            "How many sessions a user may have at once, or unlimited; the oldest ends. (default: 100)",
            valueName: "count"
        ),
        transform: SessionCountArgument.parse
    )
    var sessionsPerUser: SessionCountArgument?

    @Option(
        help: ArgumentHelp(
            "Over how many cookies a sealed session may be spread, 1 to 4. (default: one that proxies take)",
            valueName: "count"
        )
    )
    var sealedCookies: Int?

    @Option(
        help: ArgumentHelp("How old a secret may become, or never. (default: never)", valueName: "duration"),
        transform: RenewalArgument.parse
    )
    var renewAfter: SessionRenewal?

    @Option(
        help: ArgumentHelp(
            "Whether sessions are bound to devices, over HTTPS: off, offered or required. (default: off)",
            valueName: "policy"
        ),
        transform: ChoiceArgument.deviceBinding.parse
    )
    var deviceBinding: DeviceBindingChoice?

    @Option(
        help: ArgumentHelp("How long the cookie of a bound session lives. (default: 10m)", valueName: "duration"),
        transform: DurationArgument.parse
    )
    var boundCookieLifetime: Duration?

    @Option(
        help: ArgumentHelp(
            "The cookie's name. (default: session; __Host-session with --secure always)",
            valueName: "name"
        )
    )
    var cookieName: String?

    @Option(
        help: ArgumentHelp("When the cookie has Secure: auto, always or never. (default: auto)", valueName: "rule"),
        transform: ChoiceArgument.secure.parse
    )
    var secure: SessionCookie.Secure?

    @Option(
        help: ArgumentHelp("The cookie's SameSite: strict, lax, none or auto. (default: lax)", valueName: "rule"),
        transform: ChoiceArgument.sameSite.parse
    )
    var sameSite: SessionCookie.SameSite?

    @Option(
        help: ArgumentHelp(
            """
            Whose forwarded headers are believed: a count of proxies, or networks as in 10.0.0.0/8,fd00::/8. \
            (default: none)
            """,
            valueName: "proxies"
        ),
        transform: TrustedProxiesArgument.parse
    )
    var trustedProxies: TrustedProxies?

    @Option(
        help: ArgumentHelp(
            """
            How long after the last noted use of a session the next one is noted. (default: a tenth of the idle \
            timeout)
            """,
            valueName: "duration"
        ),
        transform: DurationArgument.parse
    )
    var touchAfter: Duration?

    @Option(
        help: ArgumentHelp(
            """
            What a request gets while the store fails: unavailable, keep-response or anonymous. (default: \
            unavailable)
            """,
            valueName: "policy"
        ),
        transform: ChoiceArgument.onStoreFailure.parse
    )
    var onStoreFailure: StoreFailurePolicy?

    @Option(
        help: ArgumentHelp(
            "How much is logged, to standard error: from trace to critical. (default: notice)",
            valueName: "level"
        ),
        transform: ChoiceArgument.logLevel.parse
    )
    var logLevel: Logger.Level?

    @Option(
        help: ArgumentHelp(
            "A file to which session events are appended, one JSON object a line. (default: none)",
            valueName: "file"
        )
    )
    var auditLog: String?

    @Flag(inversion: .prefixedNo, help: "Serve metrics for Prometheus at /metrics, to every client. (default: no)")
    var metrics: Bool?

    package init() {}
}
