//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// The expectations of one rule.
struct ConformanceCheck: Sendable {
    let rule: String

    init(_ rule: some ConformanceRule) {
        self.rule = rule.description
    }

    func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        guard condition else { throw self.failure(message()) }
    }

    func expect<Value: Equatable>(_ value: Value, is expected: Value, _ what: String) throws {
        try self.expect(value == expected, "\(what): expected \(expected), got \(value)")
    }

    /// Unwraps a value that the rule needs to continue.
    func require<Value>(_ value: Value?, _ message: @autoclosure () -> String) throws -> Value {
        guard let value else { throw self.failure(message()) }
        return value
    }

    func failure(_ message: String) -> ConformanceFailure {
        ConformanceFailure(rule: self.rule, message: message)
    }
}
