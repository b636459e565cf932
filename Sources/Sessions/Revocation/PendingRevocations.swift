//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// The revocations of this server that are not yet in the log: being published, or waiting for the next attempt.
///
/// Kept ones are applied on this server at once, whether or not the store accepts them.
final class PendingRevocations: Sendable {
    fileprivate struct State {
        var requests: [RevocationRequest] = []
        /// The sessions that the kept ones end.
        var sessions: Set<SessionID> = []
        var epochs: [SessionID: Int64] = [:]
        /// Why the last attempt failed.
        var failure: (any Error)?
        /// Sessions whose client requested the logout and received an error.
        var untold: Set<SessionID> = []
    }

    /// The maximum number of such sessions. Clients of further ones keep a cookie that opens nothing.
    fileprivate static let maximumUntoldCount = 10_000

    private let state = Mutex(State())
    private let appliedCount = Atomic(0)
    private let untoldCount = Atomic(0)

    /// The requests to publish, in order.
    var requests: [RevocationRequest] { self.state.withLock { $0.requests.filter(\.isOpen) } }

    func add(_ request: RevocationRequest) {
        self.update { state in
            state.requests.append(request)
            state.apply(request)
        }
    }

    /// Removes requests that are published or have expired.
    func settle(now: SessionInstant) {
        guard self.state.withLock({ !$0.requests.isEmpty }) else { return }
        self.update { state in
            state.keep { $0.isOpen && now < $0.revocation.until }
        }
    }

    /// Fails an attempt, and its callers with it. Kept requests wait for the next attempt.
    func fail(_ error: any Error, now: SessionInstant) {
        self.update { state in
            state.failure = error
            for request in state.requests where request.isOpen {
                if !request.isKept { request.abandon() }
            }
            state.keep { $0.isOpen && now < $0.revocation.until }
        }
    }

    /// - Throws: Why the last attempt failed.
    func throwFailure() throws {
        if let failure = self.state.withLock({ $0.failure }) { throw failure }
    }

    /// Whether the revocation of one session waits to be published.
    func contains(_ id: SessionID) -> Bool {
        self.appliedCount.load(ordering: .acquiring) > 0 && self.state.withLock { $0.sessions.contains(id) }
    }

    /// The epoch that ended a session on this server; nil if it has not ended.
    func epochEnding(_ record: SessionRecord) -> Int64? {
        guard self.appliedCount.load(ordering: .acquiring) > 0 else { return nil }
        let subject = record.subject.map { Revocation.id(of: $0) }
        return self.state.withLock { state in
            if state.sessions.contains(record.id) { return .max }
            if let epoch = state.epochs[Revocation.everyone], record.globalEpoch < epoch { return epoch }
            guard let subject else { return nil }
            if let epoch = state.epochs[subject], record.subjectEpoch < epoch { return epoch }
            return state.epochs[Revocation.credentialsID(of: subject)].flatMap {
                record.credentialVersion < $0 ? Revocation.epochOfCredentials : nil
            }
        }
    }

    /// The oldest valid version of a subject's credentials, if it waits to be published.
    func credentialVersion(ofSubject id: SessionID) -> Int64? {
        guard self.appliedCount.load(ordering: .acquiring) > 0 else { return nil }
        return self.state.withLock { $0.epochs[Revocation.credentialsID(of: id)] }
    }

    /// Records that the client of a session received an error for its logout.
    func note(untold id: SessionID) {
        self.update { $0.note(untold: id) }
    }

    /// Returns true once for a session whose client must still be told that it has ended.
    func takeUntold(_ id: SessionID) -> Bool {
        guard self.untoldCount.load(ordering: .acquiring) > 0 else { return false }
        return self.update { $0.untold.remove(id) != nil }
    }

    private func update<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
        self.state.withLock { state in
            let result = body(&state)
            self.appliedCount.store(state.sessions.count + state.epochs.count, ordering: .releasing)
            self.untoldCount.store(state.untold.count, ordering: .releasing)
            return result
        }
    }
}

extension PendingRevocations.State {
    fileprivate mutating func apply(_ request: RevocationRequest) {
        guard request.isKept else { return }
        switch request.kind {
        case .session(let revocation): self.sessions.insert(revocation.id)
        case .epoch(let revocation), .credentials(let revocation):
            self.epochs[revocation.id] = max(self.epochs[revocation.id] ?? .min, revocation.epoch)
        case .others, .restored: break
        }
    }

    fileprivate mutating func keep(_ isKept: (RevocationRequest) -> Bool) {
        self.requests.removeAll { !isKept($0) }
        (self.sessions, self.epochs) = ([], [:])
        for request in self.requests { self.apply(request) }
    }

    fileprivate mutating func note(untold id: SessionID) {
        if self.untold.count < PendingRevocations.maximumUntoldCount { self.untold.insert(id) }
    }
}
