//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A rule that a transport keeps or breaks.
public struct TransportRule: ConformanceRule {
    public let topic: ConformanceTopic
    public let name: String
    private let body: @Sendable (TransportUnderTest, ConformanceCheck) throws -> Void

    init(
        _ topic: ConformanceTopic,
        _ name: String,
        _ body: @escaping @Sendable (TransportUnderTest, ConformanceCheck) throws -> Void
    ) {
        self.topic = topic
        self.name = name
        self.body = body
    }

    /// Checks the rule on a transport.
    ///
    /// - Throws: ``ConformanceFailure`` when the transport breaks the rule.
    public func check(_ subject: TransportUnderTest) async throws {
        try self.body(subject, ConformanceCheck(self))
    }
}

extension ConformanceTopic {
    /// What a request carries.
    public static let reading = ConformanceTopic("reading")
    /// What is no token.
    public static let hostileInput = ConformanceTopic("hostile input")
    /// What a response hands out or takes back.
    public static let writing = ConformanceTopic("writing")
}
