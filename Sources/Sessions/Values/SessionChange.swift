//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A request's change of one value. It can be applied again to a newer value.
struct SessionChange: Sendable {
    /// A step that makes the next value from the present one; nil means that nothing is stored.
    typealias Step = @Sendable (SessionValue?) throws -> SessionValue?

    /// Makes the present form of a value from the stored one and from the older forms of it.
    typealias Upgrade = @Sendable (SessionValue?, SessionValues) -> SessionValue?

    private enum Kind: Sendable {
        case replacement
        case addition(Int64, to: Int64)
        case steps([Step])
        /// Steps of a versioned value, whose older forms have names of their own.
        case upgradingSteps(Upgrade, [Step])
    }

    private let kind: Kind
    /// The value after this change, as the request sees it.
    private(set) var result: SessionValue?

    /// Replaces any value with this one.
    static func replacement(_ value: SessionValue?) -> SessionChange {
        SessionChange(kind: .replacement, result: value)
    }

    /// Adds a number to the value, or to the initial one if nothing is stored.
    static func addition(of difference: Int64, initial: Int64, result: Int64) -> SessionChange {
        SessionChange(kind: .addition(difference, to: initial), result: .integer(result))
    }

    /// Makes the value from the stored one.
    static func step(_ step: @escaping Step, result: SessionValue?) -> SessionChange {
        SessionChange(kind: .steps([step]), result: result)
    }

    /// Makes the value from the stored one, and from the older forms that are stored beside it.
    static func step(upgradingBy upgrade: @escaping Upgrade, _ step: @escaping Step, result: SessionValue?)
        -> SessionChange
    {
        SessionChange(kind: .upgradingSteps(upgrade, [step]), result: result)
    }

    /// Combines this change with an earlier one of the same value.
    func after(_ earlier: SessionChange) -> SessionChange {
        switch (earlier.kind, self.kind) {
        case (_, .replacement), (.replacement, _):
            // A change after a replacement has a known result.
            return .replacement(self.result)
        case (.addition(let first, let initial), .addition(let second, _)):
            return SessionChange(kind: .addition(first.addingSaturating(second), to: initial), result: self.result)
        case (.upgradingSteps(let upgrade, _), _), (_, .upgradingSteps(let upgrade, _)):
            return SessionChange(kind: .upgradingSteps(upgrade, earlier.steps + self.steps), result: self.result)
        case (_, _):
            return SessionChange(kind: .steps(earlier.steps + self.steps), result: self.result)
        }
    }

    /// Whether the change replaces a newer value without taking it into account.
    func overwrites(_ newer: SessionValue?, since seen: SessionValue?) -> Bool {
        guard case .replacement = self.kind else { return false }
        return newer != seen && newer != self.result
    }

    /// Applies the change to a newer value.
    func apply(to value: SessionValue?) throws -> SessionValue? {
        switch self.kind {
        case .replacement: self.result
        case .addition(let difference, let initial): Self.add(difference, to: value ?? .integer(initial)) ?? self.result
        case .steps(let steps), .upgradingSteps(_, let steps): try steps.reduce(value) { try $1($0) }
        }
    }

    /// Applies the change to a newer value among all values.
    func apply(to value: SessionValue?, among values: SessionValues) throws -> SessionValue? {
        guard case .upgradingSteps(let upgrade, _) = self.kind else { return try self.apply(to: value) }
        return try self.apply(to: upgrade(value, values))
    }

    /// The sum, or nil if another request stored a value that is not a number.
    private static func add(_ difference: Int64, to value: SessionValue) -> SessionValue? {
        guard case .integer(let number) = value.storage else { return nil }
        return .integer(number.addingSaturating(difference))
    }

    private var steps: [Step] {
        switch self.kind {
        case .replacement, .addition:
            return [{ try self.apply(to: $0) }]
        case .steps(let steps), .upgradingSteps(_, let steps):
            return steps
        }
    }
}

extension Int64 {
    func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
