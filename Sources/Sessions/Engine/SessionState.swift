//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The state of a ``Session`` while its request runs.
struct SessionState: ~Copyable {
    /// The status of the request's session.
    enum Status {
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

    /// A credential that no longer opens anything. It is a class, because few requests have one.
    final class EndedCredential: Sendable {
        /// The index of its transport.
        let transport: Int
        /// The attributes of its cookie.
        let cookieOverrides: SessionCookie.Overrides?

        init(transport: Int, cookieOverrides: SessionCookie.Overrides?) {
            self.transport = transport
            self.cookieOverrides = cookieOverrides
        }
    }

    /// A change of the logged-in user by a request.
    final class UserChange: Sendable {
        /// The user before the first change; nil for an anonymous visitor.
        let former: String?
        /// The cookie of the user's device that the response sets, if it is recognized.
        let deviceCookie: DeviceCookie?

        init(former: String?, deviceCookie: DeviceCookie? = nil) {
            self.former = former
            self.deviceCookie = deviceCookie
        }
    }

    struct LoadedSession {
        /// The record as this request last saw it in the store.
        var record: SessionRecord
        /// The token that this request came with, or that was made in it.
        var token: SessionToken
        /// Whether the session began in this request.
        var isNew: Bool
    }

    /// The session of the request, if it has one. A separate property, so that it changes in place. `Optional<T>`
    /// rather than `T?`, which would be initialized twice.
    private(set) var live: Optional<LoadedSession> {
        didSet {
            self.revision &+= 1
            self.valueIndex = ValueIndex()
        }
    }
    /// Finds the stored values. It is not a part of `live`, whose copies it would make slow ("memory: counter").
    private var valueIndex = ValueIndex()
    /// Why nothing can be stored, if that is so.
    private var detachment: Optional<DetachReason>
    /// Changes that no write has taken yet.
    var pending = SessionChanges() {
        didSet { self.revision &+= 1 }
    }
    /// Changes that a write in progress has taken.
    var committing = SessionChanges() {
        didSet { self.revision &+= 1 }
    }
    /// Changes whenever a value may have changed.
    private(set) var revision: UInt64 = 0
    /// What operations did that the client must be told.
    var pendingCookieAction: PlannerInput.PendingCookieAction
    /// The client's credential of a session that an operation ended.
    var ended: EndedCredential?
    /// The index of the transport that carried the session, or delivers it.
    var transport: Int
    /// The index of the transport for sessions that begin next, if the handler chose one.
    var nextTransport: Int?
    /// The user before this request logged a user in or out; nil if it did neither.
    var userChange: UserChange?
    /// Whether the request is passive.
    var isPassive: Bool
    /// Whether the handler read or wrote the session.
    var wasAccessed = false
    /// Whether the head of the response has been sent.
    var hasResponseStarted = false
    /// What the end of the request determined for its response.
    var effects: ResponseEffects?
    /// The first value that could not be encoded.
    var failure: SessionError?
    /// What the request has written so far.
    var writes: SessionWrites = []
    /// The store failure of the last operation, if it failed.
    var storeFailure: SessionError?

    /// The parameters are those of a ``SessionResolution``.
    init(
        live: consuming LoadedSession?,
        detachment: DetachReason?,
        ended: SessionRecord?,
        several: [LoadedSession],
        isOutdated: Bool,
        transport: Int,
        isPassive: Bool
    ) {
        self.isPassive = isPassive
        self.pendingCookieAction = ended != nil ? .clear : isOutdated ? .set : .none
        self.ended = ended.map { .init(transport: transport, cookieOverrides: $0.cookieOverrides) }
        self.transport = transport
        self.detachment = detachment
        self.several = several
        self.live = live
    }

    private var usersBefore: SessionUsers?

    /// The sessions of a request that carried tokens of several. None is accepted.
    var several: [LoadedSession]

    /// The status of the request's session.
    var status: Status {
        get {
            if let live = self.live { return .live(live) }
            return self.detachment.map { .detached($0) } ?? .visitor
        }
        set {
            (self.live, self.detachment) = (newValue.live, newValue.detachment)
        }
    }

    /// The value as the handler sees it: its changes over the stored value.
    mutating func value(of name: String) -> SessionValue? {
        if !self.pending.isEmpty, case .changed(let value) = self.pending.outcome(of: name) { return value }
        if !self.committing.isEmpty, case .changed(let value) = self.committing.outcome(of: name) { return value }
        guard let values = self.live?.record.values else { return nil }
        return self.valueIndex.value(of: name, in: values)
    }

    /// All values as the handler sees them.
    var values: SessionValues {
        let stored = self.live?.record.values ?? SessionValues()
        // A step may fail on a value that is already merged; this does not affect what the handler sees.
        return (try? self.pending.apply(to: (try? self.committing.apply(to: stored)) ?? stored)) ?? stored
    }

    /// The session of the request. A copy of the optional costs twice as much as one of its parts ("memory: counter").
    mutating func copyOfLive() -> LoadedSession? {
        guard let record = self.live?.record, let token = self.live?.token, let isNew = self.live?.isNew else {
            return nil
        }
        return LoadedSession(record: record, token: token, isNew: isNew)
    }

    /// Records that the record was written.
    mutating func didWrite(_ record: SessionRecord, _ writes: SessionWrites) {
        self.live?.record = record
        self.writes.formUnion(writes)
    }

    /// Records that the session was touched.
    mutating func didWrite(_ touch: SessionTouch) {
        self.live?.record.apply(touch)
        self.writes.insert(.touched)
    }

    /// Records that the request logs a user in or out.
    mutating func noteUserChange(from former: String?) {
        if self.userChange == nil { self.userChange = UserChange(former: former) }
    }

    /// Records that the session has begun. The response delivers it to the client.
    mutating func began(_ live: LoadedSession) {
        self.status = .live(live)
        self.pendingCookieAction = .set
        if let transport = self.nextTransport { self.transport = transport }
    }

    /// The session is gone: the request's changes are dropped, and it sets no cookie.
    mutating func detach(_ id: SessionID) {
        if let record = self.live?.record, record.impersonation != nil { self.usersBefore = SessionUsers(of: record) }
        self.discardChanges()
        self.status = .detached(.ended(id))
        self.pendingCookieAction = .none
    }

    /// The users of the session that ended while an administrator acted in it; nil for other requests.
    var formerUsers: SessionUsers? { self.detachment == nil ? nil : self.usersBefore }

    /// Discards unsaved changes.
    mutating func discardChanges() {
        self.pending = SessionChanges()
        self.committing = SessionChanges()
        self.failure = nil
    }

    /// Hands the changes to a write, which must commit them or roll them back.
    mutating func beginCommit() -> SessionChanges {
        let changes = self.pending
        (self.committing, self.pending) = (changes, SessionChanges())
        return changes
    }

    /// The changes are stored.
    mutating func commit() {
        self.committing = SessionChanges()
    }

    /// The changes could not be stored. They are pending again, below later ones.
    mutating func rollback() {
        var restored = self.committing
        restored.append(self.pending)
        self.pending = restored
        self.committing = SessionChanges()
    }

    /// Makes the planner input. It changes nothing, and is `mutating` only because reading the large state would
    /// otherwise copy it.
    mutating func plannerInput(
        for request: SessionRequest,
        _ resolution: ResolutionReason,
        handlerFailed: Bool,
        _ environment: EngineEnvironment,
        now: SessionInstant
    ) -> PlannerInput {
        let isCookieWithheld =
            (self.live?.isNew ?? true)
            && environment.isCookieWithheld(
                from: request, resolution, transport: self.nextTransport ?? self.transport)
        var facts = PlannerInput(status: self.detachment == nil ? .visitor : .detached, now: now)
        facts.hasChanges = !self.pending.isEmpty
        facts.pendingCookieAction = self.pendingCookieAction
        facts.isPassive = self.isPassive || request.headerFields.isPrefetch
        facts.handlerFailed = handlerFailed
        facts.canSetCookie = !self.hasResponseStarted
        facts.isCookieWithheld = isCookieWithheld
        facts.deliversCredential = environment.transports[self.transport].deliversCredential
        // Not the whole session, whose copy costs more ("memory: counter").
        guard let record = self.live?.record, let isNew = self.live?.isNew else { return facts }
        // A token that no client receives is useless: a new token counts once the handler has read it.
        if isNew, self.wasAccessed, !isCookieWithheld { facts.pendingCookieAction = .set }
        facts.status = .live(
            PlannerInput.LiveInput(
                lastAccessedAt: record.lastAccessedAt,
                expiresAt: environment.configuration.idleEnd(of: record),
                absoluteExpiresAt: environment.configuration.absoluteEnd(of: record),
                secretIssuedAt: record.secretIssuedAt,
                isRemembered: record.isRemembered,
                rememberedFor: record.rememberedFor,
                isAnonymous: environment.configuration.anonymousLimits != nil && record.isAnonymous,
                holdsPreviousSecret: self.live?.holdsCurrentSecret == false
            )
        )
        return facts
    }
}
