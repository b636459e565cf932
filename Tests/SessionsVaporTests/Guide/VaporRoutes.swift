//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Sessions
import SessionsVapor
import Vapor

// The code of the landing page of SessionsVapor and of the article *Vapor*.

extension SessionKey<Int> {
    static var visits: Self { .counter("visits") }
}

/// The application's own user.
struct User: Authenticatable, Sendable {
    let id: String
    let name: String
}

/// Adds the middlewares: the session around everything, inside of it the protection, and then the user.
func addMiddlewares(
    _ engine: SessionEngine,
    to app: Application,
    findUser: @escaping @Sendable (String) async throws -> User?
) {
    app.middleware.use(SessionEngineMiddleware(engine))
    app.middleware.use(CSRFMiddleware())
    app.middleware.use(LoadUser { subject, _ in try await findUser(subject) })
}

#if DeviceBinding
/// Adds the same middlewares, and the routes of device-bound sessions between the session and the protection.
func addDeviceBinding(
    _ engine: SessionEngine,
    to app: Application,
    findUser: @escaping @Sendable (String) async throws -> User?
) throws {
    app.middleware.use(SessionEngineMiddleware(engine))
    app.middleware.use(try DeviceBindingRoutes(engine.configuration))
    app.middleware.use(CSRFMiddleware())
    app.middleware.use(LoadUser { subject, _ in try await findUser(subject) })
}
#endif

/// Adds the routes for everyone.
func addRoutes(to app: Application) {
    app.get { request in
        let session = try request.currentSession
        session[.visits] += 1
        return "Visit number \(session[.visits])"
    }
}

/// Adds the routes that log a user in and out.
func addLogin(to app: Application, check: @escaping @Sendable (Request) async throws -> User?) {
    app.post("login") { request in
        guard let user = try await check(request) else { throw Abort(.unauthorized) }
        try await request.currentSession.logIn(user.id, methods: [.password])
        // Only for what this request still does.
        request.auth.login(user)
        return request.redirect(to: "/account")
    }
    app.post("logout") { request in
        try await request.currentSession.logOut()
        return request.redirect(to: "/")
    }
}

/// Adds routes for users, and for users who have just proven who they are.
func addGuardedRoutes(to app: Application) throws {
    // Programs get 401.
    app.grouped(RequireLogin()).get("api", "me") { try $0.auth.require(User.self).name }
    // People get to the login page, and back.
    let pages = app.grouped(RequireLogin(try .redirect(to: "/login")))
    pages.get("account") { try $0.auth.require(User.self).name }
    // And to a page that asks for the password once more.
    let recent = try RequireRecentLogin(within: .seconds(5 * 60), .redirect(to: "/login/again"))
    app.grouped(recent).get("password") { try $0.auth.require(User.self).name }
    let strong = try RequireAuthenticationLevel(.aal2)
    app.grouped(strong).get("payments") { try $0.auth.require(User.self).name }
    // Vapor's own guard sees the same user.
    app.grouped(User.guardMiddleware()).get("profile") { try $0.auth.require(User.self).name }
}

/// Adds the page and the API on which users see and end their sessions.
func addActiveSessionsPage(to app: Application) {
    let page = ActiveSessionsPage()
    page.addPage(to: app.grouped("account", "sessions"))
    page.addAPI(to: app.grouped("api", "sessions"))
}

/// Adds the page and the API on which administrators find and end the sessions of all users.
func addAdministrationPage(
    to app: Application,
    _ engine: SessionEngine,
    isAdministrator: @escaping @Sendable (_ subject: String) async throws -> Bool
) throws {
    let administrators = AdministrationGuard(try .redirect(to: "/login")) { _, subject in
        try await isAdministrator(subject)
    }
    let page = AdministrationPage(engine, for: administrators)
    page.addPage(to: app.grouped("admin", "sessions"))
    page.addAPI(to: app.grouped("api", "admin", "sessions"))
}

/// Adds a route for users whose requests show no sign of theft.
func addRecognizedRoute(to app: Application, _ devices: KnownDevices) throws {
    let account = app.grouped(CheckKnownDevices(devices, try .redirect(to: "/login/again")))
    account.get("recognized") { try $0.auth.require(User.self).name }
}

/// Adds a page that shows flash messages, and the handler of a form that adds one.
func addForm(to app: Application) {
    app.post("form") { request in
        guard request.body.data?.readableBytes ?? 0 > 0 else { throw Abort(.badRequest, reason: "The form is empty.") }
        try request.currentSession.addFlashMessage("Saved.")
        return request.redirect(to: "/form")
    }
    app.get("form") { request in
        let messages = try await request.currentSession.takeFlashMessages(for: request)
        return messages.map(\.text).joined(separator: "\n")
    }
}

/// Adds a WebSocket for users.
func addSocket(to app: Application) {
    app.grouped(RequireLogin()).webSocket("socket") { request, socket in
        let subject = try? request.currentSession.requireAuthenticated()
        socket.send(subject ?? "")
    }
}

/// Sessions of Vapor, kept in an engine.
func useEngine(_ engine: SessionEngine, in app: Application) {
    app.sessions.use { _ in EngineSessionDriver(engine, counters: ["visits"]) }
}

/// Sessions of Vapor that another driver has, continued by the middleware.
func addImport(into engine: SessionEngine, key: SecretKey, to app: Application) throws {
    app.middleware.use(SessionEngineMiddleware(engine))
    app.middleware.use(try SessionDriverImportMiddleware(engine, from: app.sessions.driver, key: key))
}
#endif
