//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import LogAudit
import Sessions
import SessionsHTTP
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsDeviceBinding

/// An application with device-bound sessions and no framework.
final class BoundApplication: Sendable {
    typealias Request = DeviceBoundBrowser.Request
    typealias Response = DeviceBoundBrowser.Response

    static let origin = "https://example.com"
    static let registration = origin + "/device-binding/registration"
    static let refresh = origin + "/device-binding/refresh"

    let clock: ManualClock
    let store: any SessionStore
    let engine: SessionEngine
    private let responder: DeviceBindingResponder
    private let recorder: BoundServer.Recorder

    init(
        _ engine: SessionEngine,
        clock: ManualClock = ManualClock(),
        store: any SessionStore = MemorySessionStore(),
        recorder: BoundServer.Recorder = BoundServer.Recorder()
    ) throws {
        self.clock = clock
        self.store = store
        self.engine = engine
        self.recorder = recorder
        self.responder = try DeviceBindingResponder(engine.configuration)
    }

    convenience init(
        _ policy: DeviceBindingPolicy = .offered(),
        _ driver: EngineDriver = .synchronous,
        clock: ManualClock = ManualClock(),
        store: any SessionStore = MemorySessionStore(),
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws {
        let recorder = BoundServer.Recorder()
        var configuration = EngineDriver.$current.withValue(driver) { SessionConfiguration.forTests() }
        configuration.clock = clock.sessionClock
        configuration.deviceBinding = policy
        configuration.observers = [recorder]
        configure(&configuration)
        let engine = try SessionEngine(
            .stored(in: store),
            configuration: configuration,
            transports: [CookieTransport(), BearerTransport()]
        )
        try self.init(engine, clock: clock, store: store, recorder: recorder)
    }

    /// Kind, reason and action of each event since this was last asked.
    func takeEvents() -> [String] {
        self.recorder.take().map { event in
            [event.kind.description, event.reason?.description, event.action?.description].compactMap(\.self)
                .joined(separator: "/")
        }
    }

    func browser(_ form: DeviceBoundBrowser.FieldForm = .bare) -> DeviceBoundBrowser {
        DeviceBoundBrowser(clock: self.clock.sessionClock, form: form, quota: .init(1_000, per: .seconds(60))) {
            try await self.respond(to: $0)
        }
    }

    /// A browser in which a user has logged in, and whose session is bound.
    func boundBrowser(_ form: DeviceBoundBrowser.FieldForm = .bare) async throws -> DeviceBoundBrowser {
        let browser = self.browser(form)
        try await browser.send(.post, Self.origin + "/login")
        #expect(browser.events.map(\.kind) == [.registered])
        return browser
    }

    /// The record of a browser's session.
    func record(of browser: DeviceBoundBrowser) async throws -> SessionRecord {
        let id = try #require(browser.sessions.first.flatMap { SessionID($0.id) })
        guard case .found(let record) = try await self.store.load(id, now: self.clock.now) else {
            throw Missing()
        }
        return record
    }

    struct Missing: Error {}

    /// What a verifier knows of a session, with another device.
    func boundSession(_ record: SessionRecord, _ device: TestDevice) throws -> BoundSession {
        let binding = try #require(record.deviceBinding)
        return try BoundSession(
            id: record.id, device, key: binding.challengeKey, floor: binding.floor, now: self.clock.now)
    }

    /// Sends a request with these fields and no others.
    func send(_ method: HTTPRequest.Method = .get, _ url: String, _ fields: HTTPFields = [:]) async throws -> Response {
        try await self.respond(to: Request(method: method, url: url, headerFields: fields))
    }

    func respond(to request: Request) async throws -> Response {
        let path = String(request.url.dropFirst(Self.origin.count))
        let head = HTTPRequest(
            method: request.method,
            scheme: "https",
            authority: "example.com",
            path: path,
            headerFields: request.headerFields
        )
        let description = SessionRequest(method: request.method, headerFields: request.headerFields, isSecure: true)
        let session: Session
        do {
            session = try await self.engine.open(description, logger: LogAudit.logger())
        } catch let error as SessionError {
            return Self.response(error.reply(to: head))
        }
        var reply: HTTPReply
        do {
            reply = try await self.handle(head, path, session)
        } catch let error as any HTTPReplyError {
            reply = error.reply(to: head)
        }
        do {
            try await self.engine.close(session, response: &reply.headerFields)
        } catch let error as SessionError {
            reply = error.reply(to: head)
            self.engine.writeFields(of: session, to: &reply.headerFields)
        }
        LogAudit.noteTokens(in: reply.headerFields)
        return Self.response(reply)
    }

    private func handle(_ request: HTTPRequest, _ path: String, _ session: Session) async throws -> HTTPReply {
        switch path {
        case "/login":
            try await session.logIn("ada")
        case "/login/remembered":
            try await session.logIn("ada", remember: true)
        case "/login/bearer":
            try session.useTransport(.bearer)
            try await session.logIn("ada")
        case "/login/again":
            try await session.reauthenticate()
        case "/logout":
            try await session.logOut()
        case "/guarded":
            try session.requireDeviceBound()
        case "/csrf":
            return HTTPReply(status: .ok, body: session.csrfToken ?? "")
        case "/device-binding/registration":
            return try await self.responder.register(request, session: session, logger: LogAudit.logger())
        case "/device-binding/refresh":
            return try await self.responder.refresh(request, session: session, logger: LogAudit.logger())
        default:
            try session.requireAuthenticated()
            return HTTPReply(status: .ok, body: session.isDeviceBound ? "bound" : "unbound")
        }
        return HTTPReply(status: .ok)
    }

    private static func response(_ reply: HTTPReply) -> Response {
        Response(status: reply.status, headerFields: reply.headerFields, body: reply.body)
    }
}

extension DeviceBoundBrowser {
    /// The value of the session's cookie.
    var cookie: String? { self.cookies.cookie(named: "__Host-session")?.value }

    /// The fields with which a thief uses a copy of the cookie.
    func stolenFields() throws -> HTTPFields {
        let cookie = try #require(self.cookie)
        return [.cookie: "__Host-session=\(cookie)"]
    }

    func account() async throws -> DeviceBoundBrowser.Response {
        try await self.send(.get, BoundApplication.origin + "/account")
    }
}
#endif
