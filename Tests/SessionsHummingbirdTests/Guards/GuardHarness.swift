//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import LogAudit
import Logging
import Sessions
import SessionsHummingbird
import SessionsTesting
import Synchronization

/// A server with the routes of the article *Guards*.
struct GuardHarness {
    let clock = ManualClock()
    let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
    let users = UserTable()
    let logs = InMemoryLogHandler()
    var transports: [any SessionTransport]?
    var onStoreFailure = StoreFailurePolicy.unavailable
    var options: RouterOptions = []

    /// The users that there are.
    final class UserTable: Sendable {
        private let names = Mutex(["ada": "Ada Lovelace", "bob": "Bob Kahn"])
        private let isDown = Mutex(false)

        func find(_ subject: String) throws -> User? {
            if self.isDown.withLock({ $0 }) { throw HTTPError(.badGateway) }
            return self.names.withLock { $0[subject] }.map { User(id: subject, name: $0) }
        }

        func remove(_ subject: String) { self.names.withLock { $0[subject] = nil } }
        func injectFault(_ isDown: Bool) { self.isDown.withLock { $0 = isDown } }
    }

    /// Runs the server with the article's routes, and behind them those of a test.
    func serve(
        _ framework: TestingSetup = .router,
        routes: (Router<AccountContext>) throws -> Void = { _ in },
        _ test: @escaping @Sendable (BrowsingClient) async throws -> Void
    ) async throws {
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        configuration.onStoreFailure = self.onStoreFailure
        configuration.allowsImpersonation = { $0.actor == "ada" }
        let backend = SessionBackend.stored(in: self.store)
        let engine =
            if let transports {
                try SessionEngine(backend, configuration: configuration, transports: transports)
            } else {
                try SessionEngine(backend, configuration: configuration)
            }
        let router = Router(context: AccountContext.self, options: self.options)
        router.add(middleware: SessionsMiddleware(engine))
        addLoginRoutes(to: router) { $0.password == "right" }
        let users = self.users
        try addGuardedRoutes(to: router) { try users.find($0) }
        try routes(router)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            logger: LogAudit.logger(self.logs)
        )
        try await application.test(framework) { client in try await test(BrowsingClient(client: client)) }
    }
}

extension HTTPFields {
    /// The header fields that a browser sends for a page.
    static let ofBrowser: HTTPFields = [.accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]
}

extension BrowsingClient {
    /// Sends a form.
    @discardableResult
    func send(
        form: [(String, String)],
        to path: String,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        let fields = form.map { name, value in "\(name)=\(Self.encoded(value))" }
        let body = ByteBuffer(string: fields.joined(separator: "&"))
        return try await self.send(path, method: .post, headers: headers, body: body)
    }

    @discardableResult
    func logIn(_ name: String = "ada", next: String? = nil, at path: String = "/login") async throws -> TestResponse {
        let next = next.map { [("next", $0)] } ?? []
        return try await self.send(form: [("name", name), ("password", "right")] + next, to: path)
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = byte < 0x80 && (character.isLetter || character.isNumber || "-_".contains(character))
            return isPlain ? String(character) : "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
#endif
