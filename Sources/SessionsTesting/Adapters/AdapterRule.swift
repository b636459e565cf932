//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A rule that an adapter keeps or breaks.
public struct AdapterRule: ConformanceRule {
    public let topic: ConformanceTopic
    public let name: String
    private let body: @Sendable (AdapterRunner) async throws -> Void

    init(
        _ topic: ConformanceTopic,
        _ name: String,
        _ body: @escaping @Sendable (AdapterRunner) async throws -> Void
    ) {
        self.topic = topic
        self.name = name
        self.body = body
    }

    /// Checks the rule on servers of its own: with an engine that completes synchronously where it can, and with one
    /// that is always asynchronous.
    ///
    /// - Throws: ``ConformanceFailure`` when the adapter breaks the rule, or any error of the adapter.
    public func check(_ adapter: any AdapterUnderTest) async throws {
        for driver in EngineDriver.allCases {
            try await EngineDriver.$current.withValue(driver) {
                try await self.body(AdapterRunner(adapter: adapter, check: ConformanceCheck(self)))
            }
        }
    }
}

extension ConformanceTopic {
    /// Kinds of responses, and the cookie of each.
    public static let answers = ConformanceTopic("answers")
    /// Handlers that end with an error.
    public static let errors = ConformanceTopic("errors")
    /// Cache fields, and the handler's own header fields.
    public static let caching = ConformanceTopic("caching")
    /// Bodies that are streamed.
    public static let streams = ConformanceTopic("streams")
    /// Stores that do not answer.
    public static let outages = ConformanceTopic("outages")
    /// What the engine learns about a request.
    public static let resolutions = ConformanceTopic("resolutions")
    /// Passive requests.
    public static let passivity = ConformanceTopic("passivity")
    /// Several middlewares before one handler.
    public static let nesting = ConformanceTopic("nesting")
    /// Requests that must not affect each other.
    public static let isolation = ConformanceTopic("isolation")
    /// Clients that disconnect, and servers that shut down.
    public static let departures = ConformanceTopic("departures")
}
