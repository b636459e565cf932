//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// A sentence that a store, a transport or an adapter keeps or breaks.
///
/// The kits are lists of rules: ``StoreConformance``, ``TransportConformance`` and ``AdapterConformance``. A rule runs
/// by itself, on a subject that no other rule has used, needs no test framework and never sleeps.
public protocol ConformanceRule: Sendable, CustomStringConvertible {
    /// What is held to the rule.
    associatedtype Subject

    /// What the rule is about, in a word or two.
    var topic: ConformanceTopic { get }

    /// The rule, as a sentence.
    var name: String { get }

    /// Whether the rule is about something that the subject says it can do. The default is true.
    func applies(to subject: Subject) -> Bool

    /// Checks the rule on a new subject.
    ///
    /// - Throws: ``ConformanceFailure`` when the subject breaks the rule, or whatever the subject throws.
    func check(_ subject: Subject) async throws
}

extension ConformanceRule {
    /// The topic and the sentence.
    public var description: String { "\(self.topic): \(self.name)" }

    public func applies(to subject: Subject) -> Bool { true }
}
