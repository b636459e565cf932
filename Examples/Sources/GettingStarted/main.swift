//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions
import SessionsHummingbird

struct Item: Codable, Sendable {
    var name: String
    var count: Int
}

extension SessionKey<Int> {
    /// Adds up: of two requests at once, both count.
    static var views: Self { .counter("views") }
}

extension SessionKey<String?> {
    /// Nil when nothing is stored; setting nil removes it.
    static var theme: Self { .init("theme") }
}

extension SessionKey<[Item]> {
    /// Empty when nothing is stored.
    static var cart: Self { .init("cart", default: []) }
}

struct AppContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }
}

let store = MemorySessionStore()
let engine = try SessionEngine(.stored(in: store), configuration: .development)
let router = Router(context: AppContext.self)
router.add(middleware: SessionsMiddleware(engine))

router.get("/") { _, context in
    let session = try context.session
    session[.views] += 1
    return "Visit number \(session[.views])"
}

router.post("/theme/:name") { _, context -> HTTPResponse.Status in
    try context.session[.theme] = context.parameters.get("name")
    return .noContent
}

router.post("/cart/:item") { _, context -> HTTPResponse.Status in
    let name = try context.parameters.require("item")
    try context.session.update(.cart) { $0.append(Item(name: name, count: 1)) }
    return .created
}

struct User {
    var id: String
}

struct Users {
    func authenticate(_ username: String, _ password: String) async throws -> User? {
        username == "ada" && password == "correct horse battery" ? User(id: "1") : nil
    }
}

let users = Users()

struct Login: Decodable {
    var username: String
    var password: String
}

router.post("/login") { request, context -> Response in
    let login = try await request.decode(as: Login.self, context: context)
    guard let user = try await users.authenticate(login.username, login.password) else {
        throw HTTPError(.unauthorized)
    }
    try await context.session.logIn(user.id)
    return .redirect(to: "/account")
}

router.get("/account") { _, context -> String in
    guard let userID = try context.session.subject else { throw HTTPError(.unauthorized) }
    return "Hello, \(userID)"
}

router.post("/logout") { _, context -> Response in
    try await context.session.logOut()
    return .redirect(to: "/")
}

router.post("/profile") { _, context -> Response in
    try context.session.addFlashMessage("Your profile is saved.", kind: .success)
    return .redirect(to: "/profile")
}

router.get("/profile") { request, context -> String in
    let messages = try await context.session.takeFlashMessages(for: request)
    return messages.map(\.text).joined(separator: "\n")
}

let application = Application(router: router, services: [SessionSweeper(store)])
try await application.runService()
