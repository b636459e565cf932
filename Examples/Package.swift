// swift-tools-version:6.2

import PackageDescription

let package = Package(
    name: "swift-sessions-examples",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "ExpressAndSwift", targets: ["ExpressAndSwift"]),
        .executable(name: "FirstRelease", targets: ["FirstRelease"]),
        .executable(name: "FlyingFoxShowcase", targets: ["FlyingFoxShowcase"]),
        .executable(name: "GettingStarted", targets: ["GettingStarted"]),
        .executable(name: "QuickStart", targets: ["QuickStart"]),
        .executable(name: "SecondRelease", targets: ["SecondRelease"]),
        .executable(name: "SessionLoad", targets: ["SessionLoad"]),
        .executable(name: "Showcase", targets: ["Showcase"]),
        .executable(name: "VaporShowcase", targets: ["VaporShowcase"]),
    ],
    traits: [
        .trait(name: "Vapor", description: "VaporShowcase, which needs Vapor 4.")
    ],
    dependencies: [
        .package(
            name: "swift-sessions",
            path: "..",
            traits: [
                "CommandLine", "DeviceBinding", "FlyingFox", "Hummingbird", "OpenID", "Postgres", "Redis", "SQLite",
                .trait(name: "Vapor", condition: .when(traits: ["Vapor"])),
            ]
        ),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/swhitty/FlyingFox.git", .upToNextMinor(from: "0.27.0")),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.9.0"),
        .package(url: "https://github.com/vapor/vapor.git", from: "4.119.0"),
    ],
    targets: [
        .executableTarget(
            name: "ExpressAndSwift",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsExpress", package: "swift-sessions"),
                .product(name: "SessionsExpressRedis", package: "swift-sessions"),
                .product(name: "SessionsHummingbird", package: "swift-sessions"),
                .product(name: "SessionsRedis", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "FirstRelease",
            dependencies: [
                "ReleaseKit",
                .product(name: "Sessions", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "FlyingFoxShowcase",
            dependencies: [
                "ShowcaseKit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsFlyingFox", package: "swift-sessions"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "GettingStarted",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsHummingbird", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "QuickStart",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsHummingbird", package: "swift-sessions"),
            ]
        ),
        .target(
            name: "ReleaseKit",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsHummingbird", package: "swift-sessions"),
                .product(name: "SessionsOperations", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "SecondRelease",
            dependencies: [
                "ReleaseKit",
                .product(name: "Sessions", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "SessionLoad",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsRedis", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "Showcase",
            dependencies: [
                "ShowcaseKit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsHummingbird", package: "swift-sessions"),
                .product(name: "SessionsOperations", package: "swift-sessions"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.copy("Resources")]
        ),
        .target(
            name: "ShowcaseKit",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsDeviceBinding", package: "swift-sessions"),
                .product(name: "SessionsOperations", package: "swift-sessions"),
            ]
        ),
        .executableTarget(
            name: "VaporShowcase",
            dependencies: [
                "ShowcaseKit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["Vapor"])),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Sessions", package: "swift-sessions"),
                .product(name: "SessionsVapor", package: "swift-sessions"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Vapor", package: "vapor", condition: .when(traits: ["Vapor"])),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
