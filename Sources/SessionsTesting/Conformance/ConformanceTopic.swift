//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// What a rule is about: the heading that it stands under in a report.
public struct ConformanceTopic: Sendable, Hashable, CustomStringConvertible {
    /// The heading.
    public let description: String

    /// Creates a topic with a heading of a word or two.
    public init(_ description: String) {
        self.description = description
    }
}
