//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import FlyingFox
import FlyingSocks
import Foundation
import Logging
import ServiceLifecycle
import Sessions
import SessionsFlyingFox
import ShowcaseKit
import UnixSignals

/// The Showcase on FlyingFox, with its options and its JSON, and with plain pages.
@main
struct FlyingFoxShowcase: AsyncParsableCommand {
    @OptionGroup var options: ShowcaseOptions

    func run() async throws {
        let settings = try ShowcaseSettings(options, SettingReader(environment: ProcessInfo.processInfo.environment))
        guard settings.tls == nil, !settings.bindsDevices else {
            throw ValidationError("FlyingFox has no TLS, and browsers bind sessions over TLS alone: add a proxy.")
        }
        try settings.refuseObservers()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = settings.logger
        let opened = try OpenedBackend(settings.backend, logger: logger)
        let engine = try SessionEngine(
            opened.backend, configuration: settings.configuration, transports: [CookieTransport(), BearerTransport()])
        let throttle = try LoginThrottle(in: opened.store, configuration: engine.configuration)
        let routes = CSRFMiddleware(
            try .forPrograms(), handler: try Self.routes(settings.backend.store, throttle))
        let handler = SessionsMiddleware(engine, logger: logger, handler: routes)
        let server = HTTPServer(
            address: try .inet(ip4: settings.host, port: UInt16(settings.port)), logger: .disabled, handler: handler)
        let services =
            opened.services + [ServerService(server: server, hasEphemeralKey: settings.backend.hasEphemeralKey)]
        try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    }

    private static func routes(_ store: StoreArgument, _ throttle: LoginThrottle) throws -> RoutedHTTPHandler {
        var routes = RoutedHTTPHandler()
        routes.appendRoute("GET /") { .page("Visit \(try $0.session.increment(.counter("visits")))") }
        routes.appendRoute("POST /login") { request in
            let form = URLComponents(string: "?" + String(decoding: try await request.bodyData, as: UTF8.self))
            func field(_ name: String) -> String { form?.queryItems?.first { $0.name == name }?.value ?? "" }
            let credentials = Credentials(username: field("username"), password: field("password"))
            guard let account = try await Account.opened(by: credentials, throttle, in: request.session) else {
                return .page("Wrong.", status: .unauthorized)
            }
            try await request.session.logIn(account.username)
            let next = LocalRedirect(field("next")) ?? .account
            return HTTPResponse(statusCode: .seeOther, headers: HTTPHeaders([.location: next.location]))
        }
        routes.appendRoute("POST /logout") { request in
            try await request.session.logOut()
            return HTTPResponse(statusCode: .seeOther, headers: HTTPHeaders([.location: "/"]))
        }
        let account = ClosureHTTPHandler { .page("The account of \(try $0.session.subject ?? "")") }
        routes.appendRoute(
            "GET /account", to: RequireLogin(try .redirect(to: "/login", always: true), handler: account))
        ActiveSessionsPage().addPage(to: &routes, at: "/account/sessions")
        ActiveSessionsPage().addAPI(to: &routes, at: "/api/sessions")
        routes.appendRoute("POST /api/login") { request in
            let credentials = try JSONDecoder().decode(Credentials.self, from: try await request.bodyData)
            guard let account = Account.opened(by: credentials) else { return HTTPResponse(statusCode: .unauthorized) }
            let session = try request.session
            guard try credentials.chooseTransport(of: session) else { return HTTPResponse(statusCode: .badRequest) }
            try await session.logIn(account.username)
            var answer = JSONObject(["subject": account.username])
            if let token = session.bearerToken { answer.add("token", token) }
            return .json(answer, status: .created)
        }
        routes.appendRoute("POST /api/logout") { request in
            try await request.session.logOut()
            return HTTPResponse(statusCode: .noContent)
        }
        routes.appendRoute("GET /api/me") { .json(JSONObject(["subject": try $0.session.requireAuthenticated()])) }
        routes.appendRoute("GET /api/session") { .json(try $0.session.json(in: store)) }
        for operation in SessionOperation.allCases {
            routes.appendRoute(HTTPRoute("POST /api/session/\(operation.rawValue)")) { request in
                try await operation.perform(on: request.session)
                return .json(try request.session.json(in: store))
            }
        }
        routes.appendRoute("POST /api/session/increment/:key") { (request: HTTPRequest, key: String) in
            let delay = request.query.first { $0.name == "delay" }.flatMap { Int($0.value) } ?? 0
            try await Task.sleep(for: .milliseconds(min(max(0, delay), 30_000)))
            let session = try request.session
            session.increment(.counter(key))
            try await session.save()
            var answer = JSONObject()
            answer.add("value", session[.counter(key)])
            return .json(answer)
        }
        routes.appendRoute("GET /api/session/values/:key") { (request: HTTPRequest, key: String) in
            guard let value = try request.session[.json(key)] else { return HTTPResponse(statusCode: .notFound) }
            return HTTPResponse(statusCode: .ok, body: Data(value.bytes))
        }
        routes.appendRoute("PUT /api/session/values/:key") { (request: HTTPRequest, key: String) in
            guard let value = JSONText(try await request.bodyData) else { return HTTPResponse(statusCode: .badRequest) }
            try request.session[.json(key)] = value
            return HTTPResponse(statusCode: .noContent)
        }
        return routes
    }
}

/// The server as a service.
private struct ServerService: Service {
    let server: HTTPServer
    let hasEphemeralKey: Bool

    func run() async throws {
        try await withGracefulShutdownHandler {
            async let ended: Void = self.server.run()
            try await self.server.waitUntilListening()
            if case .ip4(let ip, let port)? = await self.server.listeningAddress {
                ListeningNotice().give(scheme: "http", host: ip, port: Int(port), hasEphemeralKey: self.hasEphemeralKey)
            }
            // The end of a shutdown is an error too.
            do { try await ended } catch { if await self.server.isListening { throw error } }
        } onGracefulShutdown: {
            // Requests that have begun have a second. FlyingFox waits for all of it. A task of its own, because this
            // handler cannot wait, and the server runs until it is stopped.
            Task { await self.server.stop(timeout: 1) }
        }
    }
}

extension HTTPResponse {
    fileprivate static func page(_ text: String, status: HTTPStatusCode = .ok) -> HTTPResponse {
        let html = "<!DOCTYPE html><html lang=\"en\"><title>FlyingFox</title><p>\(text)</p></html>"
        return HTTPResponse(
            statusCode: status, headers: HTTPHeaders([.contentType: "text/html"]), body: Data(html.utf8))
    }

    fileprivate static func json(_ object: JSONObject, status: HTTPStatusCode = .ok) -> HTTPResponse {
        let headers = HTTPHeaders([.contentType: "application/json"])
        return HTTPResponse(statusCode: status, headers: headers, body: Data(object.bytes))
    }
}
