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
    /// Says what happened: to the log, to the observers, and to the span that is under way. The one place that does.
    ///
    /// Where nobody listens no event is made, and the clock is not read.
    func report(
        _ kind: SessionEvent.Kind,
        _ reason: SessionEvent.Reason? = nil,
        _ id: SessionID? = nil,
        others: [SessionID] = [],
        subject: String? = nil,
        error: (any Error)? = nil,
        from origin: EventOrigin? = nil
    ) {
        let logger = (origin?.logger).flatMap { $0.logLevel <= SessionEvent.level(kind, reason) ? $0 : nil }
        guard logger != nil || !self.observers.isEmpty || self.tracer != nil else { return }
        let event = SessionEvent(
            kind,
            reason: reason,
            sessionID: id,
            otherSessionIDs: others,
            subject: subject,
            errorCode: error.map(SessionEvent.code),
            client: origin?.client,
            time: self.clock.now
        )
        if let logger { event.log(error, to: logger) }
        for observer in self.observers { observer.observe(event) }
        if let tracer { event.trace(by: tracer) }
    }

    /// Says that one request came as several visitors.
    func report(several ids: [SessionID], from origin: EventOrigin) {
        self.report(.suspicious, .severalTokens, ids.first, others: Array(ids.dropFirst()), from: origin)
    }

    /// Says that the store failed, if that is what an error is about.
    func report(storeFailure error: any Error, _ reason: SessionEvent.Reason, from origin: EventOrigin? = nil) {
        guard (error as? SessionError)?.code == .storeUnavailable else { return }
        self.report(.storeFailed, reason, error: error, from: origin)
    }
}

extension SessionEvent {
    /// The code of the innermost error that is ours.
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
    var eventOrigin: EventOrigin { EventOrigin(self.request, self.logger, self.engine.configuration) }

    /// Says what happened in this request.
    func report(
        _ kind: SessionEvent.Kind,
        _ reason: SessionEvent.Reason? = nil,
        _ id: SessionID? = nil,
        others: [SessionID] = [],
        subject: String? = nil,
        error: (any Error)? = nil
    ) {
        self.withState { $0.writes.formUnion(SessionWrites(reportedAs: kind)) }
        self.engine.configuration.report(
            kind, reason, id, others: others, subject: subject, error: error, from: self.eventOrigin)
    }

    /// Says what was written, or why it was not.
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

    /// Says that the session has a new secret; in the place of which a sealed one has a new id.
    func reportRenewal(_ kind: SessionEvent.Kind, _ reason: SessionEvent.Reason? = nil, of former: SessionRecord) {
        let id = self.withState { $0.live?.record.id }
        self.report(kind, reason, id, others: id == former.id ? [] : [former.id], subject: former.subject)
    }

    /// Says that what this request changed came upon what others had written: each write counts its record's version up
    /// by one.
    func reportMerge(of record: SessionRecord, since read: SessionRecord) {
        guard record.version.counter > read.version.counter &+ 1 else { return }
        self.report(.conflictMerged, nil, record.id, subject: record.subject)
    }

    /// Says that what this request set took the place of what another had set meanwhile.
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

    /// Says why what this request changed goes nowhere.
    func reportDrop() {
        switch self.withState({ $0.standing }) {
        case .detached(.ended(let id)): self.report(.changesDropped, .ended, id)
        case .detached(.storeUnavailable): self.report(.changesDropped, .storeUnavailable)
        case .visitor: self.report(.changesDropped, self.isCookieWithheld ? .cookieWithheld : .responseStarted)
        case .live(let live):
            self.report(.changesDropped, .responseStarted, live.record.id, subject: live.record.subject)
        }
    }

    /// Says why the end of the request could not be stored; but not again what an operation has said.
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
    /// Why what the client brought was refused; nil when it was not.
    var refusal: SessionEvent.Reason? {
        switch self {
        case .malformed: .malformed
        case .unknown: .unknown
        case .expired: .expired
        case .wrongSecret: .wrongSecret
        case .replayedSecret: .replayedSecret
        case .unreadable: .unreadable
        case .ended: .ended
        case .several: .severalTokens
        case .noToken, .storeUnavailable, .previousSecret, .found: nil
        }
    }
}
