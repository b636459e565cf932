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
struct DefectiveMiddleware: SmallMiddleware {
    let middleware: AdapterMiddleware
    let defect: AdapterDefect?

    init(_ middleware: AdapterMiddleware, _ defect: AdapterDefect?) {
        self.middleware = middleware
        self.defect = defect
    }

    var engine: SessionEngine { self.middleware.engine }

    func has(_ defect: AdapterDefect) -> Bool { self.defect == defect }

    func handle(_ context: SmallContext, next: SmallHandler) async throws -> SmallResponse {
        let present = self.middleware.isSecond ? context.second : context.session
        let hasOptions = self.middleware.isPassive || self.middleware.onStoreFailure != nil
        if let present, present.belongs(to: self.engine), hasOptions || !self.has(.innerMiddlewareOpensAgain) {
            if self.middleware.isPassive, !self.has(.innerPassivityIsIgnored) { present.markPassive() }
            if self.middleware.onStoreFailure != nil, !self.has(.innerPoliciesAreIgnored) {
                throw SmallHTTPError(status: .internalServerError, headerFields: [:], message: "configuration")
            }
            return try await next(context)
        }
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

    private func open(_ context: SmallContext) async throws -> Session {
        let kept = context.connection.kept.withLock { $0 }
        if self.has(.connectionsKeepTheirSession), let kept, kept.belongs(to: self.engine) { return kept }
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
        let isStranger = context.request.headerFields[.cookie] == nil
        if self.has(.everybodyGetsASession), isStranger, context.request.method == .get {
            try await session.regenerate()
        }
        if context.request.headerFields[.cookie] != nil { context.connection.kept.withLock { $0 = session } }
        return session
    }

    private func request(_ context: SmallContext) -> SessionRequest {
        var fields = context.request.headerFields
        let cookies = fields[values: .cookie]
        if self.has(.onlyTheFirstCookieField) { fields[values: .cookie] = Array(cookies.prefix(1)) }
        if self.has(.onlyTheLastCookieField) { fields[values: .cookie] = cookies.suffix(1) }
        if self.has(.onlyCookiesArrive) {
            fields = HTTPFields(fields.filter { $0.name == .cookie || $0.name.canonicalName.hasPrefix("sec-") })
        }
        var request = SessionRequest(
            method: self.has(.methodsDoNotArrive) ? nil : context.request.method,
            headerFields: fields,
            isSecure: SmallConnection.isSecure,
            clientAddress: SmallConnection.address,
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
}

extension SmallHTTPError {
    /// What a session's error answers.
    init(_ error: SessionError, _ fields: HTTPFields) {
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
}
