//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// A sentence that a store, a transport or an adapter keeps or breaks.
///
/// The kits are lists of rules: ``StoreConformance``, ``TransportConformance`` and ``AdapterConformance``. Each rule
/// runs by itself, on a subject that no other rule has used. It needs no test framework and never sleeps.
public protocol ConformanceRule: Sendable, CustomStringConvertible {
    /// The type that is checked against the rule.
    associatedtype Subject

    /// The topic of the rule, in a word or two.
    var topic: ConformanceTopic { get }

    /// The rule, as a sentence.
    var name: String { get }

    /// Whether the subject offers what the rule is about. The default is true.
    func applies(to subject: Subject) -> Bool

    /// Checks the rule on a new subject.
    ///
    /// - Throws: ``ConformanceFailure`` when the subject breaks the rule, or any error of the subject.
    func check(_ subject: Subject) async throws
}

extension ConformanceRule {
    /// The topic and the sentence.
    public var description: String { "\(self.topic): \(self.name)" }

    public func applies(to subject: Subject) -> Bool { true }
}
