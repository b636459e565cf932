//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingFox
import Foundation
import Sessions
import SessionsFlyingFox

// The code of the article *FlyingFox*.

extension SessionKey<Int> {
    static var visits: Self { .counter("visits") }
}

/// The application's own user.
struct User: Sendable {
    let id: String
    let name: String
}

/// What the handlers of a request share.
enum App {
    @TaskLocal static var user: User?
}

/// The routes for everyone.
func makeRoutes() -> RoutedHTTPHandler {
    var routes = RoutedHTTPHandler()
    routes.appendRoute("GET /") { request in
        let session = try request.session
        session[.visits] += 1
        return HTTPResponse(statusCode: .ok, body: Data("Visit number \(session[.visits])".utf8))
    }
    return routes
}

/// The handler of the server: the session around everything, inside of it the protection, and then the user.
func makeHandler(
    _ engine: SessionEngine,
    _ routes: RoutedHTTPHandler,
    findUser: @escaping @Sendable (String) async throws -> User?
) -> any HTTPHandler {
    let users = LoadUser(into: App.$user, handler: routes) { subject in try await findUser(subject) }
    return SessionsMiddleware(engine, handler: CSRFMiddleware(handler: users))
}

/// Adds routes for users, and for users who have just proven who they are.
func addGuardedRoutes(to routes: inout RoutedHTTPHandler) throws {
    let me = ClosureHTTPHandler { _ in
        HTTPResponse(statusCode: .ok, body: Data("\(App.user?.name ?? "")".utf8))
    }
    // Programs get 401.
    routes.appendRoute("GET /api/me", to: RequireLogin(handler: me))
    // People get to the login page, and back.
    let login = try GuardResponse.redirect(to: "/login")
    routes.appendRoute("GET /account", to: RequireLogin(login, handler: me))
    // And to a page that asks for the password once more.
    let again = try GuardResponse.redirect(to: "/login/again")
    routes.appendRoute("GET /password", to: try RequireRecentLogin(within: .seconds(5 * 60), again, handler: me))
    routes.appendRoute("GET /payments", to: try RequireAuthenticationLevel(.aal2, handler: me))
}

/// Adds the page and the API on which users see and end their sessions.
func addActiveSessionsPage(to routes: inout RoutedHTTPHandler) {
    let page = ActiveSessionsPage()
    page.addPage(to: &routes, at: "/account/sessions")
    page.addAPI(to: &routes, at: "/api/sessions")
}

/// Adds the page and the API on which administrators find and end the sessions of all users.
func addAdministrationPage(
    to routes: inout RoutedHTTPHandler,
    _ engine: SessionEngine,
    isAdministrator: @escaping @Sendable (_ subject: String) async throws -> Bool
) throws {
    let administrators = AdministrationGuard(try .redirect(to: "/login")) { _, subject in
        try await isAdministrator(subject)
    }
    let page = AdministrationPage(engine, for: administrators)
    page.addPage(to: &routes, at: "/admin/sessions")
    page.addAPI(to: &routes, at: "/api/admin/sessions")
}

/// Adds a route for users whose requests show no sign of theft.
func addRecognizedRoute(to routes: inout RoutedHTTPHandler, _ devices: KnownDevices) throws {
    let me = ClosureHTTPHandler { _ in
        HTTPResponse(statusCode: .ok, body: Data("\(App.user?.name ?? "")".utf8))
    }
    routes.appendRoute(
        "GET /recognized", to: CheckKnownDevices(devices, try .redirect(to: "/login/again"), handler: me))
}

/// Adds a page that shows flash messages, and the handler of a form that adds one.
func addForm(to routes: inout RoutedHTTPHandler) {
    routes.appendRoute("POST /form") { request in
        guard try await !request.bodyData.isEmpty else {
            throw HTTPRefusal(statusCode: .badRequest, "The form is empty.")
        }
        try request.session.addFlashMessage("Saved.")
        return HTTPResponse(statusCode: .seeOther, headers: HTTPHeaders([.location: "/form"]))
    }
    routes.appendRoute("GET,HEAD /form") { request in
        let messages = try await request.session.takeFlashMessages(for: request)
        return HTTPResponse(statusCode: .ok, body: Data(messages.map(\.text).joined().utf8))
    }
}
#endif
