//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions
import Synchronization

/// The rules that stores keep whose sessions are listened to (`SessionEngine.endings(of:)`): those that report endings
/// (`SessionEndingNotifier`), and those that are polled.
///
/// ```swift
/// @Test("MyStore keeps the rule", arguments: EndingConformance.rules(for: MyStore.self))
/// func conforms(_ rule: EndingRule) async throws {
///     try await rule.check(EndingStores(MyStore(), ending: MyStore()))
/// }
/// ```
///
/// The rules wait for what another process does, up to 20 seconds.
public enum EndingConformance {
    /// All rules.
    public static let rules: [EndingRule] = notificationRules + streamRules

    /// The rules for a kind of store, according to the protocols to which it conforms.
    public static func rules(for type: any SessionStore.Type) -> [EndingRule] {
        self.rules.filter { $0.applies(to: type) }
    }

    /// Waits until a condition holds.
    ///
    /// - Returns: False if it does not hold for 20 seconds.
    static func wait(_ condition: () async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(2))
        }
        return false
    }
}

/// Records what a store reports.
final class EndingRecorder: SessionEndingObserver {
    struct State {
        var ids: Set<SessionID> = []
        var anyCount = 0
        var isReporting = false
    }

    private let state = Mutex(State())

    var isReporting: Bool { self.state.withLock { $0.isReporting } }

    /// Whether the ending of each of the sessions is reported, by itself or with all others.
    func knows(_ ids: [SessionID]) -> Bool {
        self.state.withLock { $0.anyCount > 0 || $0.ids.isSuperset(of: ids) }
    }

    func clear() { self.state.withLock { ($0.ids, $0.anyCount) = ([], 0) } }

    func sessionMayHaveEnded(_ id: SessionID) { self.state.withLock { _ = $0.ids.insert(id) } }
    func anySessionMayHaveEnded() { self.state.withLock { $0.anyCount += 1 } }
    func reportsEndings(_ isReporting: Bool) { self.state.withLock { $0.isReporting = isReporting } }
}
