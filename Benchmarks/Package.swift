// swift-tools-version:6.2

import PackageDescription

let package = Package(
    name: "swift-sessions-benchmarks",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "BenchServer", targets: ["BenchServer"]),
        .executable(name: "Count", targets: ["Count"]),
        .executable(name: "Scaling", targets: ["Scaling"]),
        .executable(name: "Volume", targets: ["Volume"]),
    ],
    dependencies: [
        .package(
            name: "swift-sessions", path: "..", traits: ["DeviceBinding", "Hummingbird", "Postgres", "Redis", "SQLite"]),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.9.0"),
        // Its own counter of allocations needs packages of its own; AllocationCounter counts instead.
        .package(url: "https://github.com/ordo-one/benchmark.git", from: "1.38.1", traits: []),
    ],
    targets: [
        .target(name: "AllocationCounter"),
        .target(name: "Charts"),
        .target(
            name: "Workloads",
            dependencies: [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsDeviceBinding", package: "swift-sessions"),
                .product(name: "SessionsHTTP", package: "swift-sessions"),
                .product(name: "SessionsPostgres", package: "swift-sessions"),
                .product(name: "SessionsRedis", package: "swift-sessions"),
                .product(name: "SessionsSQLite", package: "swift-sessions"),
                .product(name: "SessionsTesting", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "BenchServer",
            dependencies: [
                "Workloads",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsHummingbird", package: "swift-sessions"),
                .product(name: "SessionsPostgres", package: "swift-sessions"),
                .product(name: "SessionsRedis", package: "swift-sessions"),
                .product(name: "SessionsSQLite", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "Scaling",
            dependencies: [
                "AllocationCounter",
                "Charts",
                "Workloads",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsSQLite", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "Volume",
            dependencies: [
                "AllocationCounter",
                "Charts",
                "Workloads",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsPostgres", package: "swift-sessions"),
                .product(name: "SessionsRedis", package: "swift-sessions"),
                .product(name: "SessionsSQLite", package: "swift-sessions"),
                .product(name: "SessionsTesting", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "Count",
            dependencies: [
                "AllocationCounter",
                "Workloads",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .executableTarget(
            name: "SessionsBenchmarks",
            dependencies: [
                "Workloads",
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/SessionsBenchmarks",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
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
