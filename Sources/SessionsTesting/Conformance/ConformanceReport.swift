//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// The result of checking a subject against a kit of rules: a table to publish, and an error to throw.
public struct ConformanceReport: Error {
    /// The result of one rule.
    public struct Outcome: Sendable, Hashable {
        enum Choice: Hashable { case kept, broken(String), notOffered }

        let choice: Choice

        /// The rule was kept.
        public static let kept = Outcome(choice: .kept)
        /// The rule does not apply: the subject does not offer what the rule is about.
        public static let notOffered = Outcome(choice: .notOffered)
        /// The rule was broken. The message says how.
        public static func broken(_ message: String) -> Outcome { Outcome(choice: .broken(message)) }
    }

    /// A rule and its outcome.
    public struct Line: Sendable {
        /// What the rule is about.
        public var topic: ConformanceTopic
        /// The rule, as a sentence.
        public var rule: String
        /// The outcome.
        public var outcome: Outcome
    }

    /// The name of the subject.
    public let title: String
    /// All rules, in their order.
    public let lines: [Line]

    /// Whether all rules were kept.
    public var isConforming: Bool { self.broken.isEmpty }

    /// The lines of the rules that were broken.
    public var broken: [Line] {
        self.lines.filter { if case .broken = $0.outcome.choice { true } else { false } }
    }

    /// The report as a table in Markdown, for a README or a release.
    public var markdown: String {
        let rows = self.lines.map { "| \($0.topic) | \($0.rule) | \($0.outcome) |" }
        return (["### \(self.summary)", "", "| about | rule | |", "|---|---|---|"] + rows).joined(separator: "\n")
            + "\n"
    }

    private var summary: String {
        let notOffered = self.lines.count { $0.outcome == .notOffered }
        let asked = self.lines.count - notOffered
        let kept = asked - self.broken.count
        let rest = notOffered == 0 ? "" : "; \(notOffered) are about what it does not offer"
        return "\(self.title) keeps \(kept) of \(asked) rules\(rest)"
    }
}

extension ConformanceReport: CustomStringConvertible {
    /// The summary, and the broken rules.
    public var description: String {
        ([self.summary] + self.broken.map { "\($0.topic): \($0.rule): \($0.outcome)" }).joined(separator: "\n")
    }
}

extension ConformanceReport.Outcome: CustomStringConvertible {
    public var description: String {
        switch self.choice {
        case .kept: "kept"
        case .broken(let message): "BROKEN: \(message)"
        case .notOffered: "not offered"
        }
    }
}

extension Collection where Element: ConformanceRule {
    /// Checks a subject against all of these rules and reports the outcome of each.
    ///
    /// - Parameters:
    ///   - title: The name of the subject in the report.
    ///   - make: Makes a new subject for each rule. An error that it throws is a broken rule.
    public func report(on title: String, _ make: () async throws -> Element.Subject) async -> ConformanceReport {
        var lines: [ConformanceReport.Line] = []
        for rule in self {
            lines.append(.init(topic: rule.topic, rule: rule.name, outcome: await rule.outcome(make)))
        }
        return ConformanceReport(title: title, lines: lines)
    }

    /// Checks a subject against all of these rules, in one line of any test framework.
    ///
    /// ```swift
    /// try await StoreConformance.rules.verify("MyStore") { try MyStore() }
    /// ```
    ///
    /// - Throws: The ``ConformanceReport`` when a rule was broken.
    public func verify(_ title: String, _ make: () async throws -> Element.Subject) async throws {
        let report = await self.report(on: title, make)
        guard report.isConforming else { throw report }
    }
}

extension ConformanceRule {
    fileprivate func outcome(_ make: () async throws -> Subject) async -> ConformanceReport.Outcome {
        do {
            let subject = try await make()
            guard self.applies(to: subject) else { return .notOffered }
            try await self.check(subject)
            return .kept
        } catch let failure as ConformanceFailure {
            return .broken(failure.message)
        } catch {
            return .broken("\(error)")
        }
    }
}
