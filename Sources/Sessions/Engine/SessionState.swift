//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a ``Session`` holds while its request runs.
struct SessionState: ~Copyable {
    /// What the request stands on.
    enum Standing {
        case visitor
        case detached(DetachReason)
        case live(LoadedSession)

        var live: LoadedSession? {
            if case .live(let live) = self { live } else { nil }
        }

        var detachment: DetachReason? {
            if case .detached(let detachment) = self { detachment } else { nil }
        }
    }

    /// Why nothing can be stored.
    enum DetachReason {
        case ended(SessionID)
        case storeUnavailable(SessionError)

        var error: SessionError {
            switch self {
            case .ended(let id): .ended(id)
            case .storeUnavailable(let error): error
            }
        }
    }

    /// A text that opens nothing any more. A class, because few requests have one.
    final class EndedCredential: Sendable {
        /// Which of the engine's transports it was with.
        let transport: Int
        /// The attributes that its cookie had.
        let cookieOverrides: SessionCookie.Overrides?

        init(transport: Int, cookieOverrides: SessionCookie.Overrides?) {
            self.transport = transport
            self.cookieOverrides = cookieOverrides
        }
    }

    /// A change of the user by a request.
    final class UserChange: Sendable {
        /// The user before the first change; nil for an anonymous visitor.
        let former: String?

        init(former: String?) { self.former = former }
    }

    struct LoadedSession {
        /// The record as this request last saw it in the store.
        var record: SessionRecord {
            didSet { self.index = nil }
        }
        /// The token that this request came with, or that was made in it.
        var token: SessionToken
        /// Whether the session began in this request.
        var isNew: Bool
        /// The values by name, once there are so many, and so many were asked for, that searching for each would be
        /// slow.
        private var index: [ByteString: SessionValue]?
        private var searchCount = 0

        init(record: SessionRecord, token: SessionToken, isNew: Bool) {
            self.record = record
            self.token = token
            self.isNew = isNew
        }

        mutating func value(of name: String) -> SessionValue? {
            if let index = self.index { return index[ByteString(name)] }
            let values = self.record.values
            guard values.count > 16, self.searchCount >= 16 else {
                self.searchCount += 1
                return values[name]
            }
            let pairs = values.map { (ByteString($0.name), $0.value) }
            let index = Dictionary(pairs) { first, _ in first }
            self.index = index
            return index[ByteString(name)]
        }
    }

    /// The session that the request stands on, if it stands on one. In a place of its own, so that it changes in place.
    /// Written out, for what is written with a question mark begins as nil and is set again.
    private(set) var live: Optional<LoadedSession> {
        didSet { self.revision &+= 1 }
    }
    /// Why nothing can be stored, if that is so.
    private var detachment: Optional<DetachReason>
    /// Changes that no write has taken yet.
    var pending = SessionChanges() {
        didSet { self.revision &+= 1 }
    }
    /// Changes that a write under way has taken.
    var committing = SessionChanges() {
        didSet { self.revision &+= 1 }
    }
    /// Another number when a value may be another.
    private(set) var revision: UInt64 = 0
    /// What the operations did that the client must be told.
    var pendingCookieAction: PlannerInput.PendingCookieAction
    /// What the client had of a session that an operation ended.
    var ended: EndedCredential?
    /// Which of the engine's transports the session came by, or is handed out by.
    var transport: Int
    /// Which one hands out what begins next, if the handler chose one.
    var nextTransport: Int?
    /// Who was logged in before this request logged somebody in or out; nil if it did neither.
    var userChange: UserChange?
    /// Whether the request only looks.
    var isPassive: Bool
    /// Whether the handler read or wrote the session.
    var wasAccessed = false
    /// Whether the head of the response is on its way.
    var hasResponseStarted = false
    /// What the end of the request left for its response to say.
    var effects: ResponseEffects?
    /// The first value that could not be encoded.
    var failure: SessionError?
    /// What the request has written so far.
    var writes: SessionWrites = []
    /// How the store failed the last operation, if it did.
    var storeFailure: SessionError?

    init(_ resolution: consuming SessionResolution, isPassive: Bool) {
        self.isPassive = isPassive
        let ended = resolution.ended
        self.pendingCookieAction = ended != nil ? .clear : resolution.isOutdated ? .set : .none
        self.ended = ended.map { .init(transport: resolution.transport, cookieOverrides: $0.cookieOverrides) }
        self.transport = resolution.transport
        self.detachment = resolution.detachment
        self.several = resolution.several
        self.live = resolution.live
    }

    /// The sessions that the request carried tokens of, where there are several and none is believed.
    var several: [LoadedSession]

    /// What the request stands on.
    var standing: Standing {
        get {
            if let live = self.live { return .live(live) }
            return self.detachment.map { .detached($0) } ?? .visitor
        }
        set {
            (self.live, self.detachment) = (newValue.live, newValue.detachment)
        }
    }

    /// The value as the handler sees it: what it changed, above what is stored.
    mutating func value(of name: String) -> SessionValue? {
        if !self.pending.isEmpty, case .changed(let value) = self.pending.outcome(of: name) { return value }
        if !self.committing.isEmpty, case .changed(let value) = self.committing.outcome(of: name) { return value }
        return self.live?.value(of: name)
    }

    /// All values as the handler sees them.
    var values: SessionValues {
        let stored = self.live?.record.values ?? SessionValues()
        // A step that fails on a value that is already merged has nothing to say about what is seen now.
        return (try? self.pending.apply(to: (try? self.committing.apply(to: stored)) ?? stored)) ?? stored
    }

    /// The session's record is this one now.
    mutating func wrote(_ record: SessionRecord, _ writes: SessionWrites) {
        self.live?.record = record
        self.writes.formUnion(writes)
    }

    /// The session was touched.
    mutating func wrote(_ touch: SessionTouch) {
        self.live?.record.apply(touch)
        self.writes.insert(.touched)
    }

    /// Notes that the request logs a user in or out.
    mutating func noteUserChange(from former: String?) {
        if self.userChange == nil { self.userChange = UserChange(former: former) }
    }

    /// The session has begun, and its client is told with the response.
    mutating func began(_ live: LoadedSession) {
        self.standing = .live(live)
        self.pendingCookieAction = .set
        if let transport = self.nextTransport { self.transport = transport }
    }

    /// The session is gone: what the request set is dropped, and it sets no cookie.
    mutating func detach(_ id: SessionID) {
        self.discardChanges()
        self.standing = .detached(.ended(id))
        self.pendingCookieAction = .none
    }

    /// Forgets what was changed and not stored.
    mutating func discardChanges() {
        self.pending = SessionChanges()
        self.committing = SessionChanges()
        self.failure = nil
    }

    /// Hands the changes to a write, which must settle them.
    mutating func beginCommit() -> SessionChanges {
        let changes = self.pending
        (self.committing, self.pending) = (changes, SessionChanges())
        return changes
    }

    /// The changes are stored.
    mutating func commit() {
        self.committing = SessionChanges()
    }

    /// The changes could not be stored and are pending again, below what came since.
    mutating func rollback() {
        var restored = self.committing
        restored.append(self.pending)
        self.pending = restored
        self.committing = SessionChanges()
    }

    /// What a plan is made from. It changes nothing; but what is that large, and is not said to change, is copied to be
    /// read.
    mutating func plannerInput(
        for request: SessionRequest,
        _ resolution: ResolutionReason,
        handlerFailed: Bool,
        _ environment: EngineEnvironment,
        now: Instant
    ) -> PlannerInput {
        let configuration = environment.configuration
        let isCookieWithheld =
            (self.live?.isNew ?? true)
            && environment.isCookieWithheld(
                from: request, resolution, transport: self.nextTransport ?? self.transport)
        var facts = PlannerInput(standing: self.detachment == nil ? .visitor : .detached, now: now)
        facts.hasChanges = !self.pending.isEmpty
        facts.pendingCookieAction = self.pendingCookieAction
        facts.isPassive = self.isPassive || request.headerFields.isPrefetch
        facts.handlerFailed = handlerFailed
        facts.canSetCookie = !self.hasResponseStarted
        facts.isCookieWithheld = isCookieWithheld
        facts.deliversCredential = environment.transports[self.transport].deliversCredential
        guard let live = self.live else { return facts }
        // What is given to no client is nobody's: a new token counts once the handler has seen it.
        if live.isNew, self.wasAccessed, !isCookieWithheld { facts.pendingCookieAction = .set }
        facts.standing = .live(
            PlannerInput.LiveFacts(
                lastAccessedAt: live.record.lastAccessedAt,
                expiresAt: configuration.idleEnd(of: live.record),
                absoluteExpiresAt: configuration.absoluteEnd(of: live.record),
                secretIssuedAt: live.record.secretIssuedAt,
                isRemembered: live.record.isRemembered,
                rememberedFor: live.record.rememberedFor,
                isAnonymous: live.record.isAnonymous,
                holdsPreviousSecret: !live.holdsCurrentSecret
            )
        )
        return facts
    }
}
