//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Resolves the session of a request: a state machine that gets each finding, and returns the next action.
///
/// It has no store and no clock, and never suspends. ``SessionEngine`` performs its actions, synchronously as long as
/// the backend responds synchronously, and asynchronously from there on.
struct OpenOperation {
    /// An input of the state machine.
    enum Event: ~Copyable {
        case started
        case found(CredentialFinding)
        case loadedSecrets(EndedSecrets?)
        case endedCopied(SessionRecord, SessionEvent.Reason, isEnded: Bool)
        case reported
        /// The store failed.
        case failed(SessionError)
    }

    /// The next action.
    enum Action {
        /// Look up what a credential opens.
        case lookUp(SessionCredential)
        /// Load the secrets of an ended session.
        case loadSecrets(SessionID)
        /// Look up the administrator's session of a session in which an administrator acts.
        case checkActor(SessionRecord, SessionToken)
        /// End a session whose retired secret came back, or whose bound cookie came without a proof.
        case endCopied(SessionRecord, SessionEvent.Reason)
        case report(SessionReport)
    }

    enum Step {
        case perform(Action)
        case finish(SessionResolution)
        case fail(SessionError)
    }

    private let environment: EngineEnvironment
    private let onStoreFailure: StoreFailurePolicy
    /// The transport whose credentials are checked.
    private var transport: Int
    private var check: CredentialCheck
    /// The transports whose credentials are checked after it, the last first.
    private var later: [(transport: Int, credentials: ExtractedCredentials)] = []
    /// The resolutions of the transports before it.
    private var resolutions: [SessionResolution] = []
    /// Why the store failed, until that has been reported.
    private var failure: SessionError?
    /// The final step, until the event before it has been reported.
    private var conclusion: Step?

    /// - Parameters:
    ///   - credentials: The credentials that a transport found in the request.
    ///   - transport: The transport.
    ///   - onStoreFailure: What the request gets when the store is unavailable.
    ///   - environment: The environment of the engine.
    init(
        _ credentials: ExtractedCredentials,
        by transport: Int,
        onStoreFailure: StoreFailurePolicy,
        _ environment: EngineEnvironment
    ) {
        self.environment = environment
        self.onStoreFailure = onStoreFailure
        self.transport = transport
        self.check = CredentialCheck(credentials, environment)
    }

    /// Adds the credentials of another transport, which are checked after the others.
    mutating func add(_ credentials: ExtractedCredentials, by transport: Int) {
        self.later.insert((transport, credentials), at: 0)
    }

    mutating func next(_ event: consuming Event) -> Step {
        if let conclusion = self.conclusion { return conclusion }
        if let failure = self.failure {
            self.failure = nil
            return self.continueAnonymously(after: failure)
        }
        switch consume event {
        case .failed(let failure):
            guard failure.code == .storeUnavailable else { return self.continueAnonymously(after: failure) }
            self.failure = failure
            return .perform(.report(SessionReport(.storeFailed, .opening, error: failure)))
        case let event:
            return self.proceed(self.check.next(event))
        }
    }

    private mutating func continueAnonymously(after failure: SessionError) -> Step {
        guard self.onStoreFailure.continuesAnonymously else { return .fail(failure) }
        let status = SessionState.Status.detached(.storeUnavailable(failure))
        return self.proceed(.finish(SessionResolution(status: status, reason: .storeUnavailable)))
    }

    /// Continues with the next transport when the check of one is finished.
    private mutating func proceed(_ step: Step) -> Step {
        guard case .finish(var resolution) = step else { return step }
        resolution.transport = self.transport
        if self.later.isEmpty, self.resolutions.isEmpty { return .finish(resolution) }
        self.resolutions.append(resolution)
        guard let (transport, credentials) = self.later.popLast() else { return self.settle() }
        self.transport = transport
        self.check = CredentialCheck(credentials, self.environment)
        return self.proceed(self.check.next(.started))
    }

    /// Combines the resolutions of several transports into one visitor, or none. Two visitors are never merged.
    private mutating func settle() -> Step {
        let transports = self.environment.transports
        func isAmbient(_ resolution: SessionResolution) -> Bool { transports[resolution.transport].isAmbient }
        // A token that a program sends deliberately outweighs an anonymous session that a browser sends by itself.
        let isDeliberate = self.resolutions.contains { !isAmbient($0) && $0.isRecognised }
        let resolutions =
            isDeliberate ? self.resolutions.filter { !(isAmbient($0) && $0.isAnonymous) } : self.resolutions
        let ids = Set(resolutions.compactMap(\.recognisedID))
        guard ids.count <= 1, resolutions.count == 1 || !resolutions.contains(where: { $0.reason == .several }) else {
            // Several sessions by one transport have already been reported.
            guard ids.count > 1 else { return .fail(.conflictingSessions) }
            self.conclusion = .fail(.conflictingSessions)
            return .perform(.report(.several(ids.sorted())))
        }
        // A deliberate credential outweighs an ambient one.
        guard let deliberate = resolutions.first(where: { !isAmbient($0) }) else {
            return .finish(resolutions.first { $0.recognisedID != nil } ?? resolutions[0])
        }
        // If it opens nothing, the request must not be treated as another visitor's.
        guard deliberate.recognisedID != nil || ids.isEmpty || deliberate.isOutage else {
            let challenges = self.environment.challenges(.unknownToken)
            return .fail(.invalidCredentials(.unknownToken, challenges: challenges))
        }
        return .finish(deliberate)
    }
}
