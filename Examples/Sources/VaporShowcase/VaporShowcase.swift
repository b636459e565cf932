//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import ArgumentParser
import Logging
import NIOHTTP1
import ServiceLifecycle
import Sessions
import SessionsVapor
import ShowcaseKit
import UnixSignals
import Vapor

/// The Showcase on Vapor, with its options and its JSON, and with plain pages.
@main
struct VaporShowcase: AsyncParsableCommand {
    @OptionGroup var options: ShowcaseOptions

    func run() async throws {
        let settings = try ShowcaseSettings(options, SettingReader(environment: ProcessInfo.processInfo.environment))
        try settings.refuseObservers()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = settings.logger
        let opened = try OpenedBackend(settings.backend, logger: logger)
        let engine = try SessionEngine(
            opened.backend, configuration: settings.configuration, transports: [CookieTransport(), BearerTransport()])
        let app = try await Application.make(Environment(name: "showcase", arguments: ["vapor"]), logger: logger)
        app.logger.logLevel = max(settings.logLevel, .debug)  // At the level trace, Vapor logs cookies.
        app.http.server.configuration.address = .hostname(settings.host, port: settings.port)
        app.http.server.configuration.tlsConfiguration = settings.tls
        app.http.server.configuration.logger = Logger(label: "Vapor") { _ in SwiftLogNoOpLogHandler() }
        app.middleware.use(SessionEngineMiddleware(engine))
        if settings.bindsDevices { app.middleware.use(try DeviceBindingRoutes(engine.configuration)) }
        app.middleware.use(CSRFMiddleware(try .forPrograms()))
        try Self.addRoutes(
            to: app, settings.backend.store, try LoginThrottle(in: opened.store, configuration: engine.configuration),
            sensitive: settings.bindsDevices ? [RequireDeviceBound()] : [])
        let services = opened.services + [ServerService(app: app, settings: settings)]
        try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    }

    private static func addRoutes(
        to app: Application, _ store: StoreArgument, _ throttle: LoginThrottle, sensitive: [any Middleware]
    ) throws {
        app.get { Response.page("Visit \(try $0.currentSession.increment(.counter("visits")))") }
        app.post("login") { request -> Response in
            struct Form: Content { let username: String, password: String, next: String? }
            let form = try request.content.decode(Form.self)
            let credentials = Credentials(username: form.username, password: form.password)
            let session = try request.currentSession
            guard let account = try await Account.opened(by: credentials, throttle, in: session) else {
                return .page("Wrong.", status: .unauthorized)
            }
            try await session.logIn(account.username)
            return request.redirect(to: (form.next.flatMap { LocalRedirect($0) } ?? .account).location)
        }
        app.post("logout") { request in
            try await request.currentSession.logOut()
            return request.redirect(to: "/")
        }
        let account = app.grouped(RequireLogin(try .redirect(to: "/login", always: true)))
        account.get("account") { Response.page("The account of \(try $0.currentSession.subject ?? "")") }
        ActiveSessionsPage().addPage(to: app.grouped(sensitive).grouped("account", "sessions"))
        ActiveSessionsPage().addAPI(to: app.grouped("api", "sessions"))
        app.post("api", "login") { request -> Response in
            let credentials = try JSONDecoder().decode(Credentials.self, from: Data((request.body.string ?? "").utf8))
            guard let account = Account.opened(by: credentials) else { throw Abort(.unauthorized) }
            let session = try request.currentSession
            guard try credentials.chooseTransport(of: session) else { throw Abort(.badRequest) }
            try await session.logIn(account.username)
            var answer = JSONObject(["subject": account.username])
            if let token = session.bearerToken { answer.add("token", token) }
            return .json(answer, status: .created)
        }
        app.post("api", "logout") { request in
            try await request.currentSession.logOut()
            return HTTPStatus.noContent
        }
        app.get("api", "me") { Response.json(JSONObject(["subject": try $0.currentSession.requireAuthenticated()])) }
        app.get("api", "session") { Response.json(try $0.currentSession.json(in: store)) }
        for operation in SessionOperation.allCases {
            app.post("api", "session", .constant(operation.rawValue)) { request -> Response in
                try await operation.perform(on: request.currentSession)
                return .json(try request.currentSession.json(in: store))
            }
        }
        app.post("api", "session", "increment", ":key") { request -> Response in
            let delay = request.query[Int.self, at: "delay"] ?? 0
            try await Task.sleep(for: .milliseconds(min(max(0, delay), 30_000)))
            let (session, key) = (try request.currentSession, try request.parameters.require("key"))
            session.increment(.counter(key))
            try await session.save()
            var answer = JSONObject()
            answer.add("value", session[.counter(key)])
            return .json(answer)
        }
        app.get("api", "session", "values", ":key") { request -> Response in
            let value = try request.currentSession[.json(request.parameters.require("key"))]
            guard let value else { throw Abort(.notFound) }
            return Response(body: .init(data: Data(value.bytes)))
        }
        app.put("api", "session", "values", ":key") { request -> HTTPStatus in
            guard let value = JSONText((request.body.string ?? "").utf8) else { return .badRequest }
            try request.currentSession[.json(request.parameters.require("key"))] = value
            return .noContent
        }
    }
}

/// The server as a service.
private struct ServerService: ServiceLifecycle.Service {
    let app: Application
    let settings: ShowcaseSettings

    func run() async throws {
        try await self.app.server.start(address: nil)
        let port = self.app.http.server.shared.localAddress?.port ?? 0
        ListeningNotice().give(
            scheme: self.settings.tls == nil ? "http" : "https", host: self.settings.displayHost, port: port,
            hasEphemeralKey: self.settings.backend.hasEphemeralKey)
        try? await gracefulShutdown()
        await self.app.server.shutdown()
        try await self.app.asyncShutdown()
    }
}

extension Response {
    fileprivate static func page(_ text: String, status: HTTPStatus = .ok) -> Response {
        let html = "<!DOCTYPE html><html lang=\"en\"><title>Vapor</title><p>\(text)</p></html>"
        return Response(status: status, headers: ["Content-Type": "text/html"], body: .init(string: html))
    }

    fileprivate static func json(_ object: JSONObject, status: HTTPStatus = .ok) -> Response {
        let headers: HTTPHeaders = ["Content-Type": "application/json"]
        return Response(status: status, headers: headers, body: .init(data: Data(object.bytes)))
    }
}
#else
@main
struct VaporShowcase {
    static func main() { print("Build this program with --traits Vapor.") }
}
#endif
