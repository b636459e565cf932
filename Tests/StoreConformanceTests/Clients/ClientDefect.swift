//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Testing

/// A mistake that the client of a store could make when a reply is lost, and the rule that must find it.
enum ClientDefect: CaseIterable, Sendable, CustomTestStringConvertible {
    /// What the second sending met is taken for what the first one met.
    case resentReplaceIsBelieved
    /// Its own version is that of another, too.
    case ownVersionIsAConflict
    case createIsSentAgain
    /// A touch is sent again with all that it read.
    case touchWritesBackWhatItRead
    case endIsSentAgain
    case stepIsSentAgain

    /// Mistake and rule, for the list in the output of the tests.
    var testDescription: String { "\(self) → \(self.rule)" }

    /// The sentence of the rule.
    var rule: String {
        switch self {
        case .resentReplaceIsBelieved: "a replacement whose reply was lost is no conflict once another was stored"
        case .ownVersionIsAConflict: "a replacement whose reply was lost is no conflict with itself"
        case .createIsSentAgain: "a create whose reply was lost is no duplicate"
        case .touchWritesBackWhatItRead: "a touch whose reply was lost leaves what was stored since"
        case .endIsSentAgain: "an ending whose reply was lost is not taken for another's"
        case .stepIsSentAgain: "a step whose reply was lost does not say that it ended fewer than it did"
        }
    }
}
#endif
