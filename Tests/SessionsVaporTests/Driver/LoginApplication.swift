//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Synchronization
import Vapor

/// A user of the login application.
struct Account: SessionAuthenticatable, Sendable {
    let name: String

    var sessionID: String { self.name }
}

/// A login application, written against Vapor's own sessions. Nothing in it knows of an engine.
struct LoginApplication: Sendable {
    /// Where handlers wait.
    let gate = Gate()

    func addRoutes(to app: Application) {
        app.middleware.use(app.sessions.middleware)
        app.middleware.use(AccountAuthenticator())
        app.get("me") { try $0.auth.require(Account.self).name }
        app.post("login", ":name") { request in
            request.auth.login(Account(name: try request.parameters.require("name")))
            return ""
        }
        app.post("auth", "logout") { request in
            request.auth.logout(Account.self)
            return ""
        }
        app.post("logout") { request in
            request.session.destroy()
            request.auth.logout(Account.self)
            return ""
        }
        app.get("data") { request in
            request.session.data.snapshot.map { "\($0)=\($1)" }.sorted().joined(separator: ",")
        }
        app.post("data", ":key", ":value") { request in
            request.session.data[try request.parameters.require("key")] = try request.parameters.require("value")
            return ""
        }
        app.delete("data", ":key") { request in
            request.session.data[try request.parameters.require("key")] = nil
            return ""
        }
        app.post("visit", ":client") { request in
            let visits = request.session.data["visits"].flatMap { Int($0) } ?? 0
            request.session.data["visits"] = "\(visits + 1)"
            request.session.data["client \(try request.parameters.require("client"))"] = "was here"
            await self.gate.pass()
            return ""
        }
        app.get("fails") { request -> String in
            request.session.data["half"] = "done"
            throw Abort(.internalServerError)
        }
    }
}

/// Logs a user in for each request, as the documentation of Vapor does.
private struct AccountAuthenticator: AsyncSessionAuthenticator {
    typealias User = Account

    func authenticate(sessionID: String, for request: Request) async throws {
        request.auth.login(Account(name: sessionID))
    }
}

/// A point that handlers pass together: each waits until as many as expected have come, and until the gate is open.
final class Gate: Sendable {
    private struct State {
        var count = 0
        var expected = 1
        var isOpen = true
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Lets handlers wait for each other.
    func expect(_ count: Int) {
        self.state.withLock {
            $0.count = 0
            $0.expected = count
        }
    }

    func close() {
        self.expect(1)
        self.state.withLock { $0.isOpen = false }
    }

    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let resumed: [CheckedContinuation<Void, Never>] = self.state.withLock { state in
                state.count += 1
                state.waiting.append(continuation)
                guard state.count >= state.expected else { return [] }
                var resumed = state.watchers
                state.watchers = []
                if state.isOpen {
                    resumed += state.waiting
                    state.waiting = []
                }
                return resumed
            }
            for continuation in resumed { continuation.resume() }
        }
    }

    /// Waits until as many as expected wait.
    func untilFull() async {
        await withCheckedContinuation { continuation in
            let isFull = self.state.withLock { state in
                if state.count >= state.expected { return true }
                state.watchers.append(continuation)
                return false
            }
            if isFull { continuation.resume() }
        }
    }
}
#endif
