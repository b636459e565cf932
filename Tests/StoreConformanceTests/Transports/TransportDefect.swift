//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Testing

/// A mistake that an author of a transport could make, and the rule that alone finds it.
enum TransportDefect: CaseIterable, Sendable, CustomTestStringConvertible {
    // Reading
    case absenceIsMalformed, orderIsReversed, repetitionIsRefused, surplusIsNotCounted, refererIsRead
    // Hostile input
    case plainBase64IsTaken, stopsAtTheMalformed, givesUpOnMany, severalAreTaken, longTextsAreFolded
    // Writing
    case firstFieldIsQuoted, tokensPileUp, clearIsTooLate, setIsTooLate, othersAreSweptAway, longAgesAreDropped
    case attributesAreCopied

    /// Mistake and rule, for the list in the output of the tests.
    var testDescription: String { "\(self) → \(self.rule)" }

    /// The sentence of the rule.
    var rule: String {
        switch self {
        case .absenceIsMalformed: "a request without a token has none"
        case .orderIsReversed: "different tokens are all read, in the order of the request"
        case .repetitionIsRefused: "the same token twice is one"
        case .surplusIsNotCounted: "of more tokens than are looked at the first are read and the rest counted"
        case .refererIsRead: "a token is read from the field that the transport names, and from no other"
        case .plainBase64IsTaken: "what is not a token is not read, and counted"
        case .stopsAtTheMalformed: "a token beside what is none is read"
        case .givesUpOnMany: "fifty thousand texts are read in bounds, and the token among them"
        case .severalAreTaken: "several texts where there may be one are refused, and none of them is read"
        case .longTextsAreFolded: "any bytes at all are read without a trap"
        case .firstFieldIsQuoted: "what is handed out comes back"
        case .tokensPileUp: "of two tokens in one response the second stands alone"
        case .clearIsTooLate: "after clearing nothing comes back, whatever was set before"
        case .setIsTooLate: "a token that is set after clearing comes back"
        case .othersAreSweptAway: "the other fields of a response stay as they are"
        case .longAgesAreDropped: "any age of a remembered session can be handed out"
        case .attributesAreCopied: "attributes from a record say nothing but themselves"
        }
    }
}
#endif
