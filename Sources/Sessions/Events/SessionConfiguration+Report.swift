//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import Tracing

extension SessionConfiguration {
    /// Reports an event to the log, the observers, and the current span. All events go through this method.
    ///
    /// If the log level hides it and there is no observer and no tracer, no event is made, and the clock is not read.
    func report(
        _ kind: SessionEvent.Kind,
        _ reason: SessionEvent.Reason? = nil,
        _ id: SessionID? = nil,
        others: [SessionID] = [],
        subject: String? = nil,
        action: SessionEvent.Action? = nil,
        error: (any Error)? = nil,
        by administration: SessionAdministration? = nil,
        from origin: EventOrigin? = nil,
        acting: @autoclosure () -> Impersonation? = nil
    ) {
        let logger = (origin?.logger).flatMap { $0.logLevel <= SessionEvent.level(kind, reason) ? $0 : nil }
        guard logger != nil || !self.observers.isEmpty || self.tracer != nil else { return }
        let impersonation = acting()
        let event = SessionEvent(
            kind,
            reason: reason,
            sessionID: id,
            otherSessionIDs: others,
            subject: subject,
            action: action,
            errorCode: error.map(SessionEvent.code),
            client: origin?.client,
            administrator: administration?.administrator,
            comment: administration?.comment,
            actor: impersonation?.actor,
            actingReason: impersonation?.reason,
            time: self.clock.now
        )
        if let logger { event.log(error, to: logger) }
        for observer in self.observers { observer.observe(event) }
        if let tracer { event.trace(by: tracer) }
    }

    /// Reports the ends of sessions in which administrators acted, each with both users.
    func report(
        endsOf impersonations: [SessionRecord],
        _ reason: SessionEvent.Reason,
        by administration: SessionAdministration? = nil,
        from origin: EventOrigin? = nil
    ) {
        for record in impersonations {
            self.report(
                .ended, reason, record.id, subject: record.subject, by: administration, from: origin,
                acting: record.impersonation)
        }
    }

    /// Reports that one request came as several visitors.
    func report(several ids: [SessionID], from origin: EventOrigin) {
        self.report(.suspicious, .severalTokens, ids.first, others: Array(ids.dropFirst()), from: origin)
    }

    /// Reports a store failure, if the error is one.
    func report(storeFailure error: any Error, _ reason: SessionEvent.Reason, from origin: EventOrigin? = nil) {
        guard (error as? SessionError)?.code == .storeUnavailable else { return }
        self.report(.storeFailed, reason, error: error, from: origin)
    }
}

extension SessionEvent {
    /// The code of the innermost error of this library.
    fileprivate static func code(_ error: any Error) -> String {
        switch error {
        case let error as SessionStoreError: error.code.description
        case let error as SessionError: error.underlying.map(self.code) ?? error.code.description
        default: "other"
        }
    }

    /// Why the changes of a request could not be stored.
    static func reason(of error: any Error) -> Reason {
        switch (error as? SessionError)?.code {
        case .valuesTooLarge?: .valuesTooLarge
        case .notEncodable?: .notEncodable
        case .contention?: .contention
        case .ended?: .ended
        default: error is CancellationError ? .cancelled : .other
        }
    }
}

extension Session {
    var eventOrigin: EventOrigin { EventOrigin(self.request, self.logger, self.engine.environment) }

    /// Reports an event of this request.
    func report(
        _ kind: SessionEvent.Kind,
        _ reason: SessionEvent.Reason? = nil,
        _ id: SessionID? = nil,
        others: [SessionID] = [],
        subject: String? = nil,
        action: SessionEvent.Action? = nil,
        error: (any Error)? = nil,
        acting: Impersonation? = nil
    ) {
        self.withState { $0.writes.formUnion(SessionWrites(reportedAs: kind)) }
        let former = self.withState { $0.formerUsers }
        self.engine.environment.configuration.report(
            kind, reason, id, others: others, subject: subject ?? former?.subject, action: action, error: error,
            from: self.eventOrigin,
            acting: acting ?? former?.impersonation ?? self.withState { $0.live?.record.impersonation })
    }

    /// Reports the ends of sessions in which administrators acted as the user of this request.
    func report(endsOf impersonations: [SessionRecord], _ reason: SessionEvent.Reason) {
        guard !impersonations.isEmpty else { return }
        self.engine.environment.configuration.report(endsOf: impersonations, reason, from: self.eventOrigin)
    }

    /// Reports what was written, or why it was not.
    func report(_ notice: CloseOperation.Notice) {
        switch notice {
        case .created(let record):
            self.report(.created, nil, record.id, subject: record.subject)
        case .updated(let update, let record):
            let before = update.live.record
            self.reportMerge(of: record, since: before)
            // A sealed session with another absolute limit has another id.
            if record.id != before.id { self.reportRenewal(.renewed, .explicit, of: before) }
            if !update.overwrittenNames.isEmpty { self.reportOverwritten(update.overwrittenNames, of: before) }
            if update.isRenewed { self.report(.renewed, .time, record.id, subject: record.subject) }
        case .gone(let id, let hadChanges):
            self.report(.refused, .endedMeanwhile, id)
            if hadChanges { self.reportDrop() }
        case .dropped:
            self.reportDrop()
        case .untouched(let id, let error):
            self.report(.storeFailed, .touching, id, error: error)
        }
    }

    /// Reports that the session has a new secret. A sealed session has a new id instead.
    func reportRenewal(_ kind: SessionEvent.Kind, _ reason: SessionEvent.Reason? = nil, of former: SessionRecord) {
        let id = self.withState { $0.live?.record.id }
        self.report(kind, reason, id, others: id == former.id ? [] : [former.id], subject: former.subject)
    }

    /// Reports that this request's changes were merged with others: each write increments the record's version.
    func reportMerge(of record: SessionRecord, since read: SessionRecord) {
        guard record.version.counter > read.version.counter &+ 1 else { return }
        self.report(.conflictMerged, nil, record.id, subject: record.subject)
    }

    /// Reports that this request's values overwrote those that another had set in the meantime.
    func reportOverwritten(_ names: [String], of record: SessionRecord) {
        self.report(.overwritten, nil, record.id, subject: record.subject)
        self.logger.debug(
            "Values that another request had changed were overwritten",
            metadata: [
                "session.id": "\(record.id)",
                "session.names": .array(names.prefix(16).map { "\(UntrustedText.escaped($0))" }),
            ]
        )
    }

    /// Reports why this request's changes are dropped.
    func reportDrop() {
        switch self.withState({ $0.status }) {
        case .detached(.ended(let id)): self.report(.changesDropped, .ended, id)
        case .detached(.storeUnavailable): self.report(.changesDropped, .storeUnavailable)
        case .visitor: self.report(.changesDropped, self.isCookieWithheld ? .cookieWithheld : .responseStarted)
        case .live(let live):
            self.report(.changesDropped, .responseStarted, live.record.id, subject: live.record.subject)
        }
    }

    /// Reports why the end of the request could not be stored, unless an operation has already reported it.
    func reportUnstored(_ error: any Error) {
        let (live, isKnown) = self.withState { ($0.live, $0.storeFailure != nil) }
        let isStoreFailure = (error as? SessionError)?.code == .storeUnavailable
        if isStoreFailure, isKnown { return }
        self.report(
            isStoreFailure ? .storeFailed : .changesDropped,
            isStoreFailure ? .closing : SessionEvent.reason(of: error),
            live?.record.id,
            subject: live?.record.subject,
            error: error
        )
    }
}

extension ResolutionReason {
    /// Why the client's credential was rejected; nil when it was not.
    var refusal: SessionEvent.Reason? {
        switch self {
        case .malformed: .malformed
        case .unknown: .unknown
        case .expired: .expired
        case .wrongSecret: .wrongSecret
        case .replayedSecret: .replayedSecret
        case .unreadable: .unreadable
        case .unproven: .overdue
        case .ended: .ended
        case .several: .severalTokens
        case .noToken, .storeUnavailable, .previousSecret, .found: nil
        }
    }
}
