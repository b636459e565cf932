// swift-tools-version:6.2

import PackageDescription

let package = Package(
    name: "swift-sessions",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "sessions", targets: ["SessionsCommandLine"]),
        .library(name: "Sessions", targets: ["Sessions"]),
        .library(name: "SessionsDeviceBinding", targets: ["SessionsDeviceBinding"]),
        .library(name: "SessionsExpress", targets: ["SessionsExpress"]),
        .library(name: "SessionsExpressRedis", targets: ["SessionsExpressRedis"]),
        .library(name: "SessionsFlyingFox", targets: ["SessionsFlyingFox"]),
        .library(name: "SessionsFlyingFoxTesting", targets: ["SessionsFlyingFoxTesting"]),
        .library(name: "SessionsHTTP", targets: ["SessionsHTTP"]),
        .library(name: "SessionsHummingbird", targets: ["SessionsHummingbird"]),
        .library(name: "SessionsHummingbirdTesting", targets: ["SessionsHummingbirdTesting"]),
        .library(name: "SessionsOpenID", targets: ["SessionsOpenID"]),
        .library(name: "SessionsOperations", targets: ["SessionsOperations"]),
        .library(name: "SessionsPostgres", targets: ["SessionsPostgres"]),
        .library(name: "SessionsPostgresNIO", targets: ["SessionsPostgresNIO"]),
        .library(name: "SessionsRedis", targets: ["SessionsRedis"]),
        .library(name: "SessionsSQLite", targets: ["SessionsSQLite"]),
        .library(name: "SessionsTesting", targets: ["SessionsTesting"]),
        .library(name: "SessionsValkey", targets: ["SessionsValkey"]),
        .library(name: "SessionsVapor", targets: ["SessionsVapor"]),
        .library(name: "SessionsVaporTesting", targets: ["SessionsVaporTesting"]),
    ],
    traits: [
        .trait(
            name: "CommandLine", description: "The command line, product sessions, with all stores.",
            enabledTraits: ["Postgres", "Redis", "SQLite"]),
        .trait(name: "DeviceBinding", description: "Device-bound sessions, product SessionsDeviceBinding."),
        .trait(name: "FlyingFox", description: "The adapter for FlyingFox, product SessionsFlyingFox."),
        .trait(name: "Hummingbird", description: "The adapter for Hummingbird 2, product SessionsHummingbird."),
        .trait(name: "OpenID", description: "Logout by OpenID providers, product SessionsOpenID, on jwt-kit."),
        .trait(name: "Postgres", description: "The store on PostgreSQL, product SessionsPostgres, on libpq."),
        .trait(name: "PostgresNIO", description: "The same store over PostgresNIO, product SessionsPostgresNIO."),
        .trait(name: "Redis", description: "The store on Redis or Valkey, product SessionsRedis, on SwiftNIO."),
        .trait(name: "SQLite", description: "The embedded durable store, product SessionsSQLite, on GRDB."),
        .trait(
            name: "Valkey", description: "The store on Redis or Valkey over valkey-swift, product SessionsValkey.",
            enabledTraits: ["Redis"]),
        .trait(name: "Vapor", description: "The adapter for Vapor 4, product SessionsVapor."),
        .default(enabledTraits: ["Hummingbird"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms.git", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-structured-headers.git", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.7.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swhitty/FlyingFox.git", .upToNextMinor(from: "0.27.0")),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.24.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.9.0"),
        .package(url: "https://github.com/valkey-io/valkey-swift.git", from: "1.4.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.2.0"),
        .package(url: "https://github.com/vapor/postgres-nio.git", from: "1.33.0"),
        .package(url: "https://github.com/vapor/vapor.git", from: "4.119.0"),
    ],
    targets: [
        .target(
            name: "Sessions",
            dependencies: [
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .executableTarget(
            name: "SessionsCommandLine",
            dependencies: [
                "Sessions",
                "SessionsOperations",
                .product(
                    name: "ArgumentParser",
                    package: "swift-argument-parser",
                    condition: .when(traits: ["CommandLine"])
                ),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["sessions.1"]
        ),
        .target(
            name: "SessionsDeviceBinding",
            dependencies: [
                "Sessions",
                "SessionsHTTP",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "RawStructuredFieldValues",
                    package: "swift-http-structured-headers",
                    condition: .when(traits: ["DeviceBinding"])
                ),
            ]
        ),
        .target(
            name: "SessionsExpress",
            dependencies: [
                "Sessions",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "SessionsExpressRedis",
            dependencies: ["Sessions", "SessionsExpress", "SessionsRedis"]
        ),
        .target(
            name: "SessionsFlyingFox",
            dependencies: [
                "Sessions",
                .target(name: "SessionsDeviceBinding", condition: .when(traits: ["DeviceBinding"])),
                "SessionsHTTP",
                .product(name: "FlyingFox", package: "FlyingFox", condition: .when(traits: ["FlyingFox"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "SessionsFlyingFoxTesting",
            dependencies: [
                "Sessions",
                "SessionsTesting",
                .product(name: "FlyingFox", package: "FlyingFox", condition: .when(traits: ["FlyingFox"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),
        .target(
            name: "SessionsHTTP",
            dependencies: [
                "Sessions",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "SessionsHummingbird",
            dependencies: [
                "Sessions",
                .target(name: "SessionsDeviceBinding", condition: .when(traits: ["DeviceBinding"])),
                "SessionsHTTP",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Hummingbird"])),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["Hummingbird"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["Hummingbird"])),
            ]
        ),
        .target(
            name: "SessionsHummingbirdTesting",
            dependencies: [
                "Sessions",
                "SessionsTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdTesting", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Hummingbird"])),
            ]
        ),
        .target(
            name: "SessionsOpenID",
            dependencies: [
                "Sessions",
                "SessionsHTTP",
                .product(name: "FlyingFox", package: "FlyingFox", condition: .when(traits: ["FlyingFox"])),
                .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit", condition: .when(traits: ["OpenID"])),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["Vapor"])),
                .product(name: "Vapor", package: "vapor", condition: .when(traits: ["Vapor"])),
            ]
        ),
        .target(
            name: "SessionsOperations",
            dependencies: [
                "Sessions",
                "SessionsPostgres",
                "SessionsRedis",
                "SessionsSQLite",
                .product(
                    name: "AsyncHTTPClient", package: "async-http-client", condition: .when(traits: ["CommandLine"])),
                .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["CommandLine"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["CommandLine"])),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["CommandLine"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["CommandLine"])),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(
                    name: "UnixSignals", package: "swift-service-lifecycle", condition: .when(traits: ["CommandLine"])),
            ]
        ),
        .systemLibrary(
            name: "CPostgres",
            pkgConfig: "libpq",
            providers: [.apt(["libpq-dev", "pkg-config"]), .brew(["libpq"])]
        ),
        .target(
            name: "SessionsPostgres",
            dependencies: [
                "Sessions",
                .target(name: "CPostgres", condition: .when(traits: ["Postgres"])),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "SessionsPostgresNIO",
            dependencies: [
                "Sessions",
                "SessionsPostgres",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["PostgresNIO"])),
                .product(name: "PostgresNIO", package: "postgres-nio", condition: .when(traits: ["PostgresNIO"])),
            ]
        ),
        .target(
            name: "SessionsRedis",
            dependencies: [
                "Sessions",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Redis"])),
                .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["Redis"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["Redis"])),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "SessionsSQLite",
            dependencies: [
                "Sessions",
                .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
                .product(name: "GRDBSQLite", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "SessionsTesting",
            dependencies: [
                "Sessions",
                .target(name: "SessionsDeviceBinding", condition: .when(traits: ["DeviceBinding"])),
                .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["DeviceBinding"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "RawStructuredFieldValues",
                    package: "swift-http-structured-headers",
                    condition: .when(traits: ["DeviceBinding"])
                ),
            ]
        ),
        .target(
            name: "SessionsValkey",
            dependencies: [
                "Sessions",
                "SessionsRedis",
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Valkey"])),
                .product(name: "Valkey", package: "valkey-swift", condition: .when(traits: ["Valkey"])),
            ]
        ),
        .target(
            name: "SessionsVapor",
            dependencies: [
                "Sessions",
                .target(name: "SessionsDeviceBinding", condition: .when(traits: ["DeviceBinding"])),
                "SessionsHTTP",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Vapor"])),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["Vapor"])),
                .product(name: "Vapor", package: "vapor", condition: .when(traits: ["Vapor"])),
            ]
        ),
        .target(
            name: "SessionsVaporTesting",
            dependencies: [
                "Sessions",
                "SessionsTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Vapor"])),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["Vapor"])),
                .product(name: "Vapor", package: "vapor", condition: .when(traits: ["Vapor"])),
                .product(name: "VaporTesting", package: "vapor", condition: .when(traits: ["Vapor"])),
            ]
        ),
        .target(
            name: "Fuzzing",
            dependencies: ["SessionsTesting"],
            path: "Tests/Fuzzing"
        ),
        .target(
            name: "LogAudit",
            dependencies: [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/LogAudit"
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "LogAudit",
                "Sessions",
                .target(name: "SessionsDeviceBinding", condition: .when(traits: ["DeviceBinding"])),
                "SessionsTesting",
                .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["DeviceBinding"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "NIOSSL",
                    package: "swift-nio-ssl",
                    condition: .when(traits: ["Hummingbird", "Redis", "Vapor"])
                ),
            ],
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "DocumentationTests", dependencies: ["SessionsTesting"]),
        .testTarget(
            name: "SessionsDeviceBindingTests",
            dependencies: [
                "Fuzzing",
                "LogAudit",
                "Sessions",
                "SessionsDeviceBinding",
                "SessionsExpress",
                "SessionsHTTP",
                "SessionsTesting",
                "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]
        ),
        .testTarget(
            name: "SessionsExpressTests",
            dependencies: [
                "LogAudit",
                "Sessions",
                "SessionsExpress",
                "SessionsExpressRedis",
                "SessionsHummingbird",
                "SessionsRedis",
                "SessionsTesting",
                "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "HummingbirdTesting", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "SessionsFlyingFoxTests",
            dependencies: [
                "LogAudit",
                "Sessions",
                .target(name: "SessionsDeviceBinding", condition: .when(traits: ["DeviceBinding"])),
                "SessionsFlyingFox",
                "SessionsFlyingFoxTesting",
                "SessionsTesting",
                "TestSupport",
                .product(name: "FlyingFox", package: "FlyingFox", condition: .when(traits: ["FlyingFox"])),
                .product(name: "FlyingSocks", package: "FlyingFox", condition: .when(traits: ["FlyingFox"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "SessionsHTTPTests",
            dependencies: [
                "LogAudit",
                "Sessions",
                .target(name: "SessionsDeviceBinding", condition: .when(traits: ["DeviceBinding"])),
                "SessionsHTTP",
                "SessionsTesting",
                "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "SessionsTests",
            dependencies: [
                "Fuzzing",
                "LogAudit",
                "Sessions",
                "SessionsTesting",
                "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .testTarget(
            name: "SessionsHummingbirdTests",
            dependencies: [
                "LogAudit",
                "Sessions",
                .target(name: "SessionsDeviceBinding", condition: .when(traits: ["DeviceBinding"])),
                "SessionsHummingbird",
                "SessionsHummingbirdTesting",
                "SessionsTesting",
                "TestSupport",
                .product(
                    name: "AsyncAlgorithms",
                    package: "swift-async-algorithms",
                    condition: .when(traits: ["Hummingbird"])
                ),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "HummingbirdHTTP2", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "HummingbirdTesting", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "HummingbirdTLS", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Hummingbird"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["Hummingbird"])),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "SessionsOpenIDTests",
            dependencies: [
                "LogAudit",
                "Sessions",
                "SessionsHTTP",
                "SessionsHummingbird",
                "SessionsOpenID",
                "SessionsTesting",
                "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "FlyingFox", package: "FlyingFox", condition: .when(traits: ["FlyingFox"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "HummingbirdTesting", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Vapor", package: "vapor", condition: .when(traits: ["Vapor"])),
                .product(name: "VaporTesting", package: "vapor", condition: .when(traits: ["Vapor"])),
            ]
        ),
        .testTarget(
            name: "SessionsOperationsTests",
            dependencies: [
                "LogAudit",
                "Sessions",
                "SessionsOperations",
                "SessionsTesting",
                "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "SessionsRedisTests",
            dependencies: [
                "Fuzzing",
                "LogAudit",
                "Sessions",
                "SessionsRedis",
                "SessionsTesting",
                "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Redis"])),
                .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["Redis"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["Redis"])),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "SessionsVaporTests",
            dependencies: [
                "LogAudit",
                "Sessions",
                .target(name: "SessionsDeviceBinding", condition: .when(traits: ["DeviceBinding"])),
                "SessionsSQLite",
                "SessionsTesting",
                "SessionsVapor",
                "SessionsVaporTesting",
                "TestSupport",
                .product(
                    name: "AsyncHTTPClient", package: "async-http-client", condition: .when(traits: ["Vapor"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Vapor"])),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["Vapor"])),
                .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["Vapor"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["Vapor"])),
                .product(name: "Vapor", package: "vapor", condition: .when(traits: ["Vapor"])),
                .product(name: "VaporTesting", package: "vapor", condition: .when(traits: ["Vapor"])),
            ]
        ),
        .testTarget(
            name: "StoreConformanceTests",
            dependencies: [
                "LogAudit",
                "Sessions",
                "SessionsExpress",
                "SessionsExpressRedis",
                "SessionsPostgres",
                "SessionsPostgresNIO",
                "SessionsRedis",
                "SessionsSQLite",
                "SessionsTesting",
                "SessionsValkey",
                "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Redis"])),
                .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["Redis"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["Redis"])),
                .product(name: "PostgresNIO", package: "postgres-nio", condition: .when(traits: ["PostgresNIO"])),
                .product(name: "Valkey", package: "valkey-swift", condition: .when(traits: ["Valkey"])),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
