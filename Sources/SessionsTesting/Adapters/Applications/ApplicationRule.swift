//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A rule that an application with all parts of an adapter keeps or breaks.
public struct ApplicationRule: ConformanceRule {
    public let topic: ConformanceTopic
    public let name: String
    private let makeApplication: @Sendable () throws -> AdapterApplication
    private let body: @Sendable (ApplicationVisit) async throws -> Void

    init(
        _ topic: ConformanceTopic,
        _ name: String,
        of makeApplication: @escaping @Sendable () throws -> AdapterApplication = { try AdapterApplication() },
        _ body: @escaping @Sendable (ApplicationVisit) async throws -> Void
    ) {
        self.topic = topic
        self.name = name
        self.makeApplication = makeApplication
        self.body = body
    }

    /// Checks the rule on servers of its own: with an engine that completes synchronously where it can, and with one
    /// that is always asynchronous.
    ///
    /// - Throws: ``ConformanceFailure`` when the adapter breaks the rule, or any error of the adapter.
    public func check(_ adapter: any ApplicationUnderTest) async throws {
        for driver in EngineDriver.allCases {
            try await EngineDriver.$current.withValue(driver) {
                let (application, check) = (try self.makeApplication(), ConformanceCheck(self))
                try await adapter.serve(application) { send in
                    try await self.body(ApplicationVisit(application: application, check: check, send: send))
                }
            }
        }
    }
}

extension AdapterConformance {
    /// The rules about all that an adapter offers besides its middleware: guards, users, the protection against
    /// requests of other sites, the active sessions page, the page of all sessions, and with the trait `DeviceBinding`,
    /// device binding.
    ///
    /// ```swift
    /// @Test("an application with MyAdapter keeps the rule", arguments: AdapterConformance.applicationRules)
    /// func conforms(_ rule: ApplicationRule) async throws {
    ///     try await rule.check(MyApplicationUnderTest())
    /// }
    /// ```
    public static let applicationRules: [ApplicationRule] =
        [guardRules, protectionRules, pageRules, administrationRules, deviceRules].flatMap { $0 }
}

extension ConformanceTopic {
    /// Guards of routes, and users.
    public static let guards = ConformanceTopic("guards")
    /// Requests of other sites.
    public static let protection = ConformanceTopic("protection")
    /// The active sessions page and its API.
    public static let pages = ConformanceTopic("pages")
    /// The page of all sessions and its API.
    public static let administration = ConformanceTopic("administration")
    /// Sessions that are bound to devices.
    public static let devices = ConformanceTopic("devices")
}
