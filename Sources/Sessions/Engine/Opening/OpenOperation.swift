//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides who a request is from: a value that is told what was found, and says what to do next.
///
/// It knows no store and no clock, and never waits. ``SessionEngine`` performs its actions, without waiting as long as
/// the backend answers at once, and asynchronously from there on.
struct OpenOperation {
    /// What happened.
    enum Event {
        case started
        case found(CredentialFinding)
        case loadedSecrets(EndedSecrets?)
        case endedReplayed(SessionRecord, isEnded: Bool)
        case reported
        /// The store did not answer.
        case failed(SessionError)
    }

    /// What is to be done.
    enum Action {
        /// Find out what a credential opens.
        case lookUp(SessionCredential)
        /// Load the secrets that an ended session had.
        case loadSecrets(SessionID)
        /// End a session whose former secret came back.
        case endReplayed(SessionRecord)
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
    /// What the transports before it came to.
    private var resolutions: [SessionResolution] = []
    /// Why the store did not answer, until that has been reported.
    private var failure: SessionError?
    /// How it ends, until that has been reported.
    private var conclusion: Step?

    /// - Parameters:
    ///   - credentials: What a transport found in the request.
    ///   - transport: The transport.
    ///   - onStoreFailure: What the request gets when the store does not answer.
    ///   - environment: How the engine is set up.
    init(
        _ credentials: ExtractedCredentials,
        by transport: Int,
        onStoreFailure: StoreFailurePolicy,
        _ environment: EngineEnvironment
    ) {
        self.environment = environment
        self.onStoreFailure = onStoreFailure
        self.transport = transport
        self.check = CredentialCheck(credentials, onReplayedSecret: environment.configuration.onReplayedSecret)
    }

    /// Adds what another transport found, which is checked after the others.
    mutating func add(_ credentials: ExtractedCredentials, by transport: Int) {
        self.later.insert((transport, credentials), at: 0)
    }

    mutating func next(_ event: Event) -> Step {
        if let conclusion = self.conclusion { return conclusion }
        if let failure = self.failure {
            self.failure = nil
            return self.goOn(without: failure)
        }
        if case .failed(let failure) = event {
            guard failure.code == .storeUnavailable else { return self.goOn(without: failure) }
            self.failure = failure
            return .perform(.report(SessionReport(.storeFailed, .opening, error: failure)))
        }
        return self.goOn(self.check.next(event))
    }

    private mutating func goOn(without failure: SessionError) -> Step {
        guard self.onStoreFailure.continuesAnonymously else { return .fail(failure) }
        let standing = SessionState.Standing.detached(.storeUnavailable(failure))
        return self.goOn(.finish(SessionResolution(standing: standing, reason: .storeUnavailable)))
    }

    /// Goes on to the next transport when the check of one is finished.
    private mutating func goOn(_ step: Step) -> Step {
        guard case .finish(var resolution) = step else { return step }
        resolution.transport = self.transport
        if self.later.isEmpty, self.resolutions.isEmpty { return .finish(resolution) }
        self.resolutions.append(resolution)
        guard let (transport, credentials) = self.later.popLast() else { return self.settle() }
        self.transport = transport
        self.check = CredentialCheck(credentials, onReplayedSecret: self.environment.configuration.onReplayedSecret)
        return self.goOn(self.check.next(.started))
    }

    /// Makes one visitor of what came by several transports, or none. Two are never made into one.
    private mutating func settle() -> Step {
        let transports = self.environment.transports
        func isAmbient(_ resolution: SessionResolution) -> Bool { transports[resolution.transport].isAmbient }
        // A token that a program sends on purpose outweighs a session in which no one is logged in, which a browser
        // sends by itself.
        let isDeliberate = self.resolutions.contains { !isAmbient($0) && $0.isRecognised }
        let resolutions =
            isDeliberate ? self.resolutions.filter { !(isAmbient($0) && $0.isAnonymous) } : self.resolutions
        let ids = Set(resolutions.compactMap(\.recognisedID))
        guard ids.count <= 1, resolutions.count == 1 || !resolutions.contains(where: { $0.reason == .several }) else {
            // Several sessions by one transport have been reported.
            guard ids.count > 1 else { return .fail(.conflictingSessions) }
            self.conclusion = .fail(.conflictingSessions)
            return .perform(.report(.several(ids.sorted())))
        }
        // What a program sends on purpose says more than what a browser sends by itself.
        guard let deliberate = resolutions.first(where: { !isAmbient($0) }) else {
            return .finish(resolutions.first { $0.recognisedID != nil } ?? resolutions[0])
        }
        // When it opens nothing, another visitor must not be taken for its sender.
        guard deliberate.recognisedID != nil || ids.isEmpty || deliberate.isOutage else {
            let challenges = self.environment.challenges(.unknownToken)
            return .fail(.invalidCredentials(.unknownToken, challenges: challenges))
        }
        return .finish(deliberate)
    }
}
