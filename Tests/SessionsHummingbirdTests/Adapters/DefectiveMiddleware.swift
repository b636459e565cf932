//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
import Sessions
import SessionsTesting
import Synchronization

/// The middleware of an adapter, with one mistake in it, or none.
struct DefectiveMiddleware {
    private let middleware: AdapterMiddleware
    private let defect: AdapterDefect?

    init(_ middleware: AdapterMiddleware, _ defect: AdapterDefect?) {
        self.middleware = middleware
        self.defect = defect
    }

    private var engine: SessionEngine { self.middleware.engine }

    private func has(_ defect: AdapterDefect) -> Bool { self.defect == defect }

    func handle(
        _ context: SmallContext,
        next: (SmallContext) async throws -> SmallResponse
    ) async throws -> SmallResponse {
        let present = self.middleware.isSecond ? context.second : context.session
        if present?.belongs(to: self.engine) == true, !self.has(.innerMiddlewareOpensAgain) {
            return try await next(context)
        }
        if self.has(.anySessionWillDo), context.session != nil { return try await next(context) }
        let session = try await self.open(context)
        var context = context
        if self.middleware.isSecond { context.second = session } else { context.session = session }
        let response: SmallResponse
        do {
            response = try await next(context)
        } catch {
            throw await self.close(session, after: error)
        }
        return try await self.close(session, response, context)
    }

    // MARK: Opening

    private func open(_ context: SmallContext) async throws -> Session {
        if self.has(.connectionsKeepTheirSession), let kept = context.connection.kept.withLock({ $0 }) { return kept }
        let session: Session
        do {
            session = try await self.engine.open(self.request(context), logger: Logger(label: "small"))
        } catch let error as SessionError where !self.has(.outagesAreAccidents) {
            var fields = HTTPFields()
            if self.has(.outagesClearTheCookie) {
                fields[.setCookie] = "__Host-session=; Max-Age=0; Path=/; Secure; HttpOnly"
            }
            throw SmallHTTPError(error, fields)
        }
        if self.has(.everySessionIsRead) { _ = session.id }
        if self.has(.everybodyGetsASession), context.request.headerFields[.cookie] == nil {
            try await session.regenerate()
        }
        context.connection.kept.withLock { $0 = session }
        return session
    }

    private func request(_ context: SmallContext) -> SessionRequest {
        var fields = context.request.headerFields
        let cookies = fields[values: .cookie]
        if self.has(.onlyTheFirstCookieField) { fields[values: .cookie] = Array(cookies.prefix(1)) }
        if self.has(.onlyTheLastCookieField) { fields[values: .cookie] = cookies.suffix(1) }
        if self.has(.onlyCookiesArrive) { fields = HTTPFields(fields[fields: .cookie]) }
        var request = SessionRequest(
            headerFields: fields,
            isSecure: context.connection.isSecure,
            clientAddress: context.connection.address,
            isPassive: self.middleware.isPassive && !self.has(.passiveRequestsExtend) || self.has(.everythingIsPassive),
            onStoreFailure: self.has(.policiesAreIgnored) ? nil : self.middleware.onStoreFailure
        )
        if self.has(.anybodyForwardsAddresses), let address = fields.value(of: "X-Forwarded-For") {
            request.clientAddress = address
        }
        if self.has(.anybodyForwardsSchemes), let scheme = fields.value(of: "X-Forwarded-Proto") {
            request.isSecure = scheme == "https"
        }
        return request
    }

    // MARK: Closing

    private func close(
        _ session: Session,
        _ response: SmallResponse,
        _ context: SmallContext
    ) async throws -> SmallResponse {
        var response = response
        if self.has(.streamsAreCollected), let stream = response.stream {
            let collected = SentBody()
            try? await stream { collected.append($0) }
            (response.text, response.stream) = (collected.text, nil)
        }
        if self.has(.streamsAreClosedLate), let stream = response.stream, context.request.headerFields[.cookie] != nil {
            let engine = self.engine
            response.stream = { write in
                try await stream { part in
                    try await write(part)
                    var late = HTTPFields()
                    try await engine.close(session, response: &late)
                }
            }
            return response
        }
        let own = response.headerFields
        var fields = self.has(.fieldsAreAppended) ? HTTPFields() : own
        do {
            try await self.engine.close(session, response: &fields)
        } catch is SessionError where self.has(.lostWritesAreIgnored) {
            // As if all had gone well.
        } catch let error as SessionError {
            if self.has(.lostWritesForgetTheCookie) { fields[.setCookie] = nil }
            if !self.has(.lostWritesKeepTheFields) { fields = fields.ofSessions }
            throw SmallHTTPError(error, fields)
        }
        if self.has(.fieldsAreAppended) { fields = HTTPFields(own + fields) }
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
        if self.has(.cachesAreNotTold), own.isEmpty { fields = HTTPFields(fields[fields: .setCookie]) }
        if self.has(.varyIsReplaced), own[.vary] != nil { fields[.vary] = "Cookie" }
        if self.has(.repeatedFieldsAreFolded) {
            for name in Set(fields.map(\.name)) where name != .setCookie {
                fields[values: name] = fields[values: name].suffix(1)
            }
        }
        if self.has(.cookiesAreReplaced) { fields[values: .setCookie] = fields[values: .setCookie].suffix(1) }
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
                if defect == .leavingAStreamEndsTheSession, Task.isCancelled { try await session.destroy() }
                throw error
            }
            guard defect == .streamsAreClosedTwice else { return }
            var late = HTTPFields()
            try await engine.close(session, response: &late)
        }
    }

    /// The error that goes on in place of another, with what the session is due.
    private func close(_ session: Session, after error: any Error) async -> any Error {
        if self.has(.theCancelledAreNotClosed), error is CancellationError { return error }
        if self.has(.leavingEndsTheSession), Task.isCancelled { try? await session.destroy() }
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
        if self.has(isDeliberate ? .refusalsForgetTheCookie : .accidentsForgetTheCookie) { fields[.setCookie] = nil }
        if self.has(isDeliberate ? .refusalsKeepEndedCookies : .accidentsKeepEndedCookies) {
            fields[values: .setCookie].removeAll { $0.contains("Max-Age=0") }
        }
        guard isDeliberate else { return fields }
        if self.has(.cachesAreNotToldOfErrors), own.isEmpty { fields = HTTPFields(fields[fields: .setCookie]) }
        if self.has(.refusalsVaryIsReplaced), own[.vary] != nil { fields[.vary] = "Cookie" }
        if self.has(.refusalsCookiesAreReplaced) { fields[values: .setCookie] = fields[values: .setCookie].suffix(1) }
        return fields
    }
}

extension SmallHTTPError {
    /// What a session's error answers.
    fileprivate init(_ error: SessionError, _ fields: HTTPFields) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .storeUnavailable, .contention: .serviceUnavailable
            case .ended: .conflict
            default: .internalServerError
            }
        var fields = fields
        fields[.cacheControl] = "no-store"
        fields[.retryAfter] = error.retryAfter.map { "\($0.components.seconds)" }
        self.init(status: status, headerFields: fields, message: "\(error.code)")
    }
}

extension HTTPFields {
    fileprivate func value(of name: String) -> String? { HTTPField.Name(name).flatMap { self[$0] } }

    /// What goes out although the rest of a response does not.
    fileprivate var ofSessions: HTTPFields {
        HTTPFields(self[fields: .setCookie] + self[fields: .vary])
    }
}
