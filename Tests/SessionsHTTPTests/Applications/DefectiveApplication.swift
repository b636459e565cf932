//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import Logging
import Sessions
import SessionsDeviceBinding
import SessionsHTTP
import SessionsTesting

/// An application without a framework, and with a mistake.
struct DefectiveApplication: ApplicationUnderTest {
    private let defect: ApplicationDefect?

    init(_ defect: ApplicationDefect?) { self.defect = defect }

    func serve<Value: Sendable>(
        _ application: AdapterApplication,
        _ body:
            @escaping @Sendable (
                _ send: @escaping @Sendable (AdapterRequest) async throws -> AdapterResponse
            ) async throws -> Value
    ) async throws -> Value {
        try await body { try await self.respond(to: $0, application) }
    }

    private func respond(to request: AdapterRequest, _ application: AdapterApplication) async throws -> AdapterResponse
    {
        let head = HTTPRequest(
            method: request.method, scheme: nil, authority: nil, path: request.path, headerFields: request.headerFields)
        let opening = SessionRequest(
            method: request.method, headerFields: request.headerFields, isSecure: false, clientAddress: "192.0.2.1")
        var reply: HTTPReply
        var outcome = SessionEngine.Outcome.responded
        do {
            let session = try await application.engine.open(opening, logger: self.logger)
            do {
                let exchange = Exchange(application: application, head: head, session: session, body: request.body)
                reply = try await self.answer(exchange, opening)
            } catch let error as any HTTPReplyError {
                reply = error.reply(to: head)
            } catch {
                (reply, outcome) = (HTTPReply(status: .internalServerError), .failed)
            }
            try await application.engine.close(session, outcome: outcome, response: &reply.headerFields)
        } catch let error as SessionError {
            reply = error.reply(to: head)
        }
        self.spoil(&reply, of: head)
        return AdapterResponse(status: reply.status, headerFields: reply.headerFields, body: reply.body)
    }

    private let logger = Logger(label: "defective") { _ in SwiftLogNoOpLogHandler() }

    private struct Exchange {
        let application: AdapterApplication
        let head: HTTPRequest
        let session: Session
        var body: String

        var path: Substring { (self.head.path ?? "").prefix { $0 != "?" } }
    }

    private func answer(_ exchange: Exchange, _ opening: SessionRequest) async throws -> HTTPReply {
        if self.defect != .deviceRoutesAreProtected, let reply = try await self.deviceReply(exchange) { return reply }
        var exchange = exchange
        let isUnprotected =
            self.defect == .protectionIsForgotten
            || (self.defect == .thePageIsNotProtected && exchange.path == "/account/sessions")
        if !isUnprotected { try await self.protect(&exchange, opening) }
        if let reply = try await self.deviceReply(exchange) { return reply }
        let name = try await self.loadUser(exchange)
        return try await self.page(exchange, userName: name)
    }

    /// The routes of device binding.
    private func deviceReply(_ exchange: Exchange) async throws -> HTTPReply? {
        let configuration = exchange.application.engine.configuration
        guard configuration.deviceBinding.bindsSessions, exchange.head.method == .post,
            self.defect != .deviceRoutesAreForgotten
        else { return nil }
        let responder = try DeviceBindingResponder(configuration)
        switch String(exchange.path) {
        case responder.registrationPath where self.defect != .registrationsAreForgotten:
            return try await responder.register(exchange.head, session: exchange.session, logger: self.logger)
        case responder.refreshPath:
            if self.defect == .refreshesNeedALogin { try exchange.session.requireAuthenticated() }
            return try await responder.refresh(exchange.head, session: exchange.session, logger: self.logger)
        default:
            return nil
        }
    }

    private func protect(_ exchange: inout Exchange, _ opening: SessionRequest) async throws {
        if self.defect == .ownFormsAreRefused, exchange.path == "/echo" { throw HTTPRefusal(.forbidden, "cross_site") }
        if self.defect == .anyTokenIsRight, exchange.head.headerFields[.origin] == nil { return }
        let protection = CSRFProtection()
        var (body, wasRead) = (exchange.body, false)
        try await protection.check(
            opening, method: exchange.head.method, authority: "example.com", session: exchange.session
        ) {
            wasRead = true
            if body.utf8.count > protection.configuration.maximumFormSize {
                guard self.defect == .largeFormsAreRead else { throw HTTPRefusal(.contentTooLarge, "too large") }
                body = String(body.prefix(1_000))
            }
            return Array(body.utf8)
        }
        if wasRead, self.defect == .readBodiesAreGone { exchange.body = "" }
    }

    private func loadUser(_ exchange: Exchange) async throws -> String {
        let session = exchange.session
        if self.defect == .usersAreNotLoaded { return "" }
        if self.defect == .removedUsersStay {
            guard let subject = session.subject else { return "" }
            return try await exchange.application.findUser(subject) ?? subject
        }
        return try await session.loadUser(logger: self.logger) { subject in
            guard self.defect == .outagesOfUsersLogOut else { return try await exchange.application.findUser(subject) }
            return try? await exchange.application.findUser(subject)
        } ?? ""
    }

    private func page(_ exchange: Exchange, userName: String) async throws -> HTTPReply {
        let (head, session) = (exchange.head, exchange.session)
        let responder = ActiveSessionsResponder()
        switch (head.method, exchange.path) {
        case (.post, "/login"): return .text(try await exchange.application.logIn(exchange.body, to: session))
        case (.get, "/token"): return .text(session.csrfToken ?? "")
        case (.post, "/echo"): return .text(exchange.body)
        case (.get, "/account/sessions"): return try await responder.page(for: head, session: session)
        case (.post, "/account/sessions") where self.defect != .formsOfThePageAreForgotten:
            return try await responder.submit(head, session: session, logger: self.logger) { Array(exchange.body.utf8) }
        case (.get, "/api/sessions"): return try await responder.list(for: head, session: session)
        case (.delete, "/api/sessions"):
            var head = head
            if self.defect == .queriesOfTheAPIAreForgotten { head.path = String(exchange.path) }
            return try await responder.endOthers(for: head, session: session)
        case (.delete, let path) where path.hasPrefix("/api/sessions/"):
            let id = self.defect == .pathsOfTheAPIAreForgotten ? nil : String(path.dropFirst("/api/sessions/".count))
            return try await responder.endSession(withID: id, session: session)
        case (_, let path) where path.contains("/admin/sessions"): return try await self.administration(exchange)
        case (.get, "/recognized"): return try await self.recognizedPage(exchange, userName)
        case (.get, "/api/me") where self.defect == .guardsAreForgotten: return .text(userName)
        default: break
        }
        guard let sessionGuard = try self.sessionGuard(of: exchange.path) else {
            throw HTTPRefusal(.notFound, "There is no such page.")
        }
        if let reply = try sessionGuard.reply(to: head, session: session, logger: self.logger) { return reply }
        return .text(exchange.path == "/transfer" ? "done" : userName)
    }

    /// The page of all sessions and its API.
    private func administration(_ exchange: Exchange) async throws -> HTTPReply {
        var head = exchange.head
        let isForgotten =
            (self.defect == .filtersOfAdministratorsAreForgotten && head.method == .get)
            || (self.defect == .usersOfFormsAreForgotten && head.method == .post)
        if isForgotten { head.path = String(exchange.path) }
        let administrators = AdministrationGuard(try .redirect(to: "/login")) { _, subject in
            switch self.defect {
            case .everyoneIsAdministrator: true
            case .administratorsAreRefused: false
            default: exchange.application.isAdministrator(subject)
            }
        }
        let responder = AdministrationResponder(exchange.application.engine, for: administrators)
        let (session, logger) = (exchange.session, self.logger)
        switch (head.method, exchange.path) {
        case (.get, "/admin/sessions"): return try await responder.page(for: head, session: session, logger: logger)
        case (.post, "/admin/sessions") where self.defect != .formsOfAdministratorsAreForgotten:
            return try await responder.submit(head, session: session, logger: logger) { Array(exchange.body.utf8) }
        case (.get, "/api/admin/sessions"): return try await responder.list(for: head, session: session, logger: logger)
        case (.delete, let path):
            let id = path.dropFirst("/api/admin/sessions/".count)
            return try await responder.endSession(
                withID: self.defect == .pathsOfAdministratorsAreForgotten ? nil : String(id),
                for: head, session: session, logger: logger)
        default: throw HTTPRefusal(.notFound, "There is no such page.")
        }
    }

    /// The page behind the guard that checks known devices.
    private func recognizedPage(_ exchange: Exchange, _ userName: String) async throws -> HTTPReply {
        if self.defect == .changedBrowsersPass { return .text(userName) }
        let response =
            self.defect == .changedBrowsersAreNotRedirected
            ? GuardResponse.unauthorized : try .redirect(to: "/login/again")
        do {
            try await exchange.application.devices.check(exchange.session)
        } catch let error as SessionError {
            return try response.reply(to: exchange.head, refusedBy: error, self.logger)
        }
        return .text(userName)
    }

    private func sessionGuard(of path: Substring) throws -> SessionGuard? {
        switch path {
        case "/api/me": .login()
        case "/account": .login(try .redirect(to: "/login"))
        case "/password" where self.defect == .oldLoginsPass: .login(try .redirect(to: "/login/again"))
        case "/password": try .recentLogin(within: .seconds(5 * 60), .redirect(to: "/login/again"))
        case "/payments" where self.defect == .weakLoginsPass: .login()
        case "/payments": try .authenticationLevel(.aal2)
        case "/transfer" where self.defect == .unboundSessionsPass: .login()
        case "/transfer": .deviceBound()
        default: nil
        }
    }

    /// What goes wrong with a response that is complete.
    private func spoil(_ reply: inout HTTPReply, of request: HTTPRequest) {
        switch self.defect {
        case .redirectsLoseTheWayBack where reply.headerFields[.location]?.contains("?next=") == true:
            reply.headerFields[.location] = "/login"
        case .guardedPagesAreCached where reply.status == .unauthorized: reply.headerFields[.cacheControl] = nil
        case .challengesAreForgotten: reply.headerFields[.wwwAuthenticate] = nil
        case .removedUsersKeepTheirCookie where reply.status == .unauthorized: reply.headerFields[.setCookie] = nil
        case .outagesOfRefreshesAreAccidents where reply.status == .serviceUnavailable:
            reply.status = .internalServerError
        default: break
        }
    }
}

extension HTTPReply {
    fileprivate static func text(_ text: String) -> HTTPReply { HTTPReply(status: .ok, body: text) }
}
#endif
