//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsTesting

extension DefectiveMiddleware {
    func close(
        _ session: Session,
        _ response: SmallResponse,
        _ context: SmallContext
    ) async throws -> SmallResponse {
        var response = response
        if response.stream != nil, !self.has(.streamsAreNotPrivate) { session.markAccessed() }
        let isFirst = context.request.path == "/way" && context.request.headerFields[.cookie] != nil
        if self.has(.streamsAreClosedLate), let stream = response.stream, isFirst {
            let engine = self.engine
            response.stream = { write in
                let sent = SentBody()
                try await stream { part in
                    try await write(part)
                    var late = HTTPFields()
                    if sent.text.isEmpty { try await engine.close(session, response: &late) }
                    sent.append(part)
                }
            }
            return response
        }
        let own = response.headerFields
        let isAppended = self.has(.fieldsAreAppended) && own[.cacheControl] == "public"
        var fields = isAppended ? HTTPFields() : own
        do {
            try await self.engine.close(session, response: &fields)
        } catch is SessionError where self.has(.lostWritesAreIgnored) {
            // As if all had gone well.
        } catch let error as SessionError {
            if self.has(.lostWritesForgetTheCookie) { fields[.setCookie] = nil }
            if !self.has(.lostWritesKeepTheFields) { fields = fields.ofSessions }
            throw SmallHTTPError(error, fields)
        }
        if isAppended { fields = HTTPFields(own + fields) }
        response.headerFields = self.fields(fields, over: own, of: response, context)
        response.stream = response.stream.map { self.stream($0, of: session) }
        return response
    }

    private func fields(
        _ fields: HTTPFields,
        over own: HTTPFields,
        of response: SmallResponse,
        _ context: SmallContext
    ) -> HTTPFields {
        let isPlain = response.status == .ok && response.text != nil && own.isEmpty
        let isForgotten =
            self.has(.plainIsForgotten) && isPlain
            || self.has(.streamsAreForgotten) && response.stream != nil
            || self.has(.headIsForgotten) && context.request.method == .head
            || self.has(.emptyIsForgotten) && response.status == .noContent
            || self.has(.notModifiedIsForgotten) && response.status == .notModified
            || self.has(.redirectsAreForgotten) && own[.location] != nil
        var fields = fields
        if isForgotten || self.has(.secondPlacesAreForgotten) && self.middleware.isSecond { fields[.setCookie] = nil }
        if self.has(.cachesAreNotTold), own.isEmpty, response.stream == nil { fields.forgetCaches() }
        if self.has(.tokensAreForgotten) { fields[.authorization] = nil }
        if self.has(.privateIsEnough), own[.cacheControl]?.contains("max-age") == true {
            fields[.cacheControl] = own[.cacheControl]
        }
        if self.has(.sharedCacheRulesStay) {
            for name in own.map(\.name) where fields[name] == nil { fields[name] = own[name] }
        }
        if self.has(.varyIsReplaced), own[.vary] != nil { fields[.vary] = "Cookie" }
        if self.has(.repeatedFieldsAreFolded) {
            for name in Set(fields.map(\.name)) where name != .setCookie {
                fields[values: name] = fields[values: name].suffix(1)
            }
        }
        if self.has(.cookieIsEchoed), fields[.setCookie] == nil, let cookie = context.request.headerFields[.cookie] {
            fields[.setCookie] = cookie + "; Path=/; Secure; HttpOnly"
        }
        return fields
    }

    private func stream(
        _ stream: @escaping SmallStream,
        of session: Session
    ) -> SmallStream {
        let (engine, defect) = (self.engine, self.defect)
        return { write in
            do {
                try await stream(write)
            } catch {
                if defect == .leavingAStreamEndsTheSession, Task.isCancelled { await self.end(session) }
                throw error
            }
            guard defect == .streamsAreClosedTwice else { return }
            var late = HTTPFields()
            try await engine.close(session, response: &late)
        }
    }

    /// Ends a session without waiting for it.
    private func end(_ session: Session) async {
        _ = await Task { try await session.destroy() }.result
    }

    /// The error that goes on in place of another, with what the session is due.
    func close(_ session: Session, after error: any Error) async -> any Error {
        if error is CancellationError {
            if self.has(.theCancelledAreNotClosed) { return error }
            if self.has(.leavingEndsTheSession) { await self.end(session) }
        }
        var refusal = error as? SmallHTTPError
        if let error = error as? SessionError, !self.has(.sessionErrorsAreAccidents) {
            refusal = SmallHTTPError(error, [:])
        }
        let failure = error as? SmallFailure
        let isDeliberate = refusal != nil
        let own = refusal?.headerFields ?? failure?.headerFields ?? [:]
        var fields = self.has(.fieldsAreAppendedToErrors) ? HTTPFields() : own
        do {
            let isStored =
                isDeliberate && !self.has(.refusalsAreFailures) || failure == nil && self.has(.accidentsAreStored)
            try await self.engine.close(session, outcome: isStored ? .responded : .failed, response: &fields)
        } catch {
            return (error as? SessionError).map { SmallHTTPError($0, fields.ofSessions) } ?? error
        }
        if self.has(.fieldsAreAppendedToErrors) { fields = HTTPFields(own + fields) }
        let isForgotten =
            self.has(.refusalsForgetTheCookie) && isDeliberate && !self.middleware.isSecond
            || self.has(.accidentsForgetTheCookie) && !isDeliberate && !(error is CancellationError)
        if isForgotten { fields[values: .setCookie] = own[values: .setCookie] }
        fields = self.fields(fields, over: own, isDeliberate: isDeliberate)
        if var refusal {
            refusal.headerFields = fields
            if self.has(.refusalsLoseTheirMessage) { refusal.message = "" }
            return refusal
        }
        if self.has(.accidentsTurnIntoRefusals) {
            return SmallHTTPError(status: .internalServerError, headerFields: fields, message: "")
        }
        return SmallFailure(underlying: failure?.underlying ?? error, headerFields: fields)
    }

    private func fields(_ fields: HTTPFields, over own: HTTPFields, isDeliberate: Bool) -> HTTPFields {
        var fields = fields
        if self.has(isDeliberate ? .refusalsKeepEndedCookies : .accidentsKeepEndedCookies) {
            fields[values: .setCookie].removeAll { $0.contains("Max-Age=0") }
        }
        guard isDeliberate else { return fields }
        if self.has(.cachesAreNotToldOfErrors), own.isEmpty { fields.forgetCaches() }
        if self.has(.clearedDataIsForgotten), let name = HTTPField.Name("Clear-Site-Data") { fields[name] = nil }
        if self.has(.refusalsVaryIsReplaced), own[.vary] != nil { fields[.vary] = "Cookie" }
        if self.has(.refusalsCookiesAreReplaced) { fields[values: .setCookie] = fields[values: .setCookie].suffix(1) }
        return fields
    }
}

extension HTTPFields {
    fileprivate mutating func forgetCaches() {
        self[.vary] = nil
        self[.cacheControl] = nil
    }

    /// What goes out although the rest of a response does not.
    fileprivate var ofSessions: HTTPFields {
        HTTPFields(self[fields: .setCookie] + self[fields: .vary])
    }
}
