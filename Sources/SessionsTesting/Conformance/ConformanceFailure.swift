//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// A broken rule.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// The rule.
    public let rule: String
    /// The expected and the actual result.
    public let message: String

    /// The rule and the message.
    public var description: String { "This breaks the rule \"\(self.rule)\": \(self.message)" }
}
