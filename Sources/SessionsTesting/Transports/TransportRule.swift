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
    /// The credentials of a request.
    public static let reading = ConformanceTopic("reading")
    /// Input that is not a token.
    public static let hostileInput = ConformanceTopic("hostile input")
    /// Credentials that a response delivers or clears.
    public static let writing = ConformanceTopic("writing")
}
