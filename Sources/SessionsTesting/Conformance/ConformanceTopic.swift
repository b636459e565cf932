//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// The topic of a rule: its heading in a report.
public struct ConformanceTopic: Sendable, Hashable, CustomStringConvertible {
    /// The heading.
    public let description: String

    /// Creates a topic with a heading of a word or two.
    public init(_ description: String) {
        self.description = description
    }
}
