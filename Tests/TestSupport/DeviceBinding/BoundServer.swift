//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
package import HTTPTypes
package import Sessions
import SessionsDeviceBinding
package import SessionsTesting
import Synchronization

/// A server with device-bound sessions, as an attacker sees it over HTTP, and what only a test can see of it.
///
/// It has the routes of device binding, and three pages: `POST /login` logs in "ada", `POST /logout` logs out, and
/// `GET /account` answers 401 to those who are not logged in.
package struct BoundServer: Sendable {
    package typealias Request = DeviceBoundBrowser.Request
    package typealias Response = DeviceBoundBrowser.Response
    /// Answers a request.
    package typealias Responder = @Sendable (Request) async throws -> Response
    /// A user whose session is bound, and the device, which the test has.
    package struct Victim: Sendable {
        package let id: SessionID
        package let device: TestDevice
        /// The bound cookie.
        package let cookie: HTTPFields
    }

    /// Notes events.
    package final class Recorder: SessionObserver {
        private let noted = Mutex<[SessionEvent]>([])

        package init() {}

        package func observe(_ event: SessionEvent) { self.noted.withLock { $0.append(event) } }

        /// The events since this was last asked.
        package func take() -> [SessionEvent] {
            self.noted.withLock { noted in
                defer { noted = [] }
                return noted
            }
        }
    }

    package static let origin = "https://example.com"

    package let clock: ManualClock
    package let store: any SessionStore
    /// Makes the store fail; nil unless the attack needs it, because such a store answers asynchronously.
    let faults: FaultySessionStore?
    package let engine: SessionEngine
    package let recorder: Recorder
    /// How the attacker writes request fields.
    package let form: BoundSession.Form
    let respond: Responder

    /// Sends a request with these fields and no others.
    func send(_ method: HTTPRequest.Method = .get, _ path: String, _ fields: HTTPFields = [:]) async throws -> Response
    {
        let response = try await self.respond(Request(method: method, url: Self.origin + path, headerFields: fields))
        guard path.hasSuffix("/refresh") else { return response }
        try expect([200, 403, 503].contains(response.status.code), "a refresh answers \(response.status)")
        try expect(response.headerFields[.cacheControl] == "no-store", "a cache may keep the response of a refresh")
        return response
    }

    func account(_ fields: HTTPFields) async throws -> Response { try await self.send(.get, "/account", fields) }

    /// Logs in without a browser.
    func logIn() async throws -> (id: SessionID, cookie: HTTPFields) {
        let cookie = try Self.cookie(of: try await self.send(.post, "/login"))
        guard let text = cookie[.cookie]?.split(separator: "=").last, let id = SessionToken(String(text))?.id else {
            throw AttackSucceeded("a login has no token")
        }
        return (id, cookie)
    }

    /// A user whose session was bound a while ago: 10 minutes, so that its cookie has just expired in the browser.
    func bind(ago time: Duration = .seconds(600)) async throws -> Victim {
        let (id, cookie) = try await self.logIn()
        let device = TestDevice()
        let challenge = try await self.session(id, device).challenge(for: .registration)
        let registration = try await self.register(try device.registration(challenge), cookie)
        try expect(registration.status == .ok, "a registration answers \(registration.status)")
        self.clock.advance(by: time)
        return Victim(id: id, device: device, cookie: try Self.cookie(of: registration))
    }

    func register(_ proof: String, _ cookie: HTTPFields) async throws -> Response {
        var fields = cookie
        fields[.secureSessionResponse] = self.form.field(proof)
        return try await self.send(.post, "/device-binding/registration", fields)
    }

    /// The fields of a refresh.
    func refresh(_ id: SessionID, _ proof: String?) -> HTTPFields {
        var fields: HTTPFields = [.secureSessionID: self.form.field("\(id)")]
        fields[.secureSessionResponse] = proof.map(self.form.field)
        return fields
    }

    /// The fields of a refresh by the device itself.
    func refresh(_ victim: Victim) async throws -> HTTPFields {
        let challenge = try await self.session(victim.id, victim.device).challenge(for: .refresh)
        return self.refresh(victim.id, try victim.device.refresh(challenge))
    }

    func sendRefresh(_ fields: HTTPFields) async throws -> Response {
        try await self.send(.post, "/device-binding/refresh", fields)
    }

    /// The challenges of a session.
    func session(_ id: SessionID, _ device: TestDevice) async throws -> BoundSession {
        guard let binding = try await self.record(id).deviceBinding else { throw AttackSucceeded("no offer") }
        return try BoundSession(
            id: id, device, key: binding.challengeKey, floor: binding.floor, now: self.clock.now)
    }

    func record(_ id: SessionID) async throws -> SessionRecord {
        guard case .found(let record) = try await self.store.load(id, now: self.clock.now) else {
            throw AttackSucceeded("the session is gone")
        }
        return record
    }

    /// The cookie that a response sets, as a request has it.
    static func cookie(of response: Response) throws -> HTTPFields {
        guard let field = response.headerFields[.setCookie] else { throw AttackSucceeded("no cookie was set") }
        return [.cookie: String(field.prefix { $0 != ";" })]
    }

    /// Checks that the device still refreshes the session, and gets a cookie that opens it.
    func expectDeviceContinues(_ victim: Victim) async throws {
        let response = try await self.sendRefresh(try await self.refresh(victim))
        try expect(response.status == .ok, "the device's own refresh answers \(response.status)")
        let account = try await self.account(try Self.cookie(of: response))
        try expect(account.status == .ok, "the device's cookie opens nothing")
    }
}

/// An attack that succeeded, or a server that does not do what the attack needs.
package struct AttackSucceeded: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// - Throws: ``AttackSucceeded`` if a condition does not hold.
func expect(_ condition: Bool, _ finding: @autoclosure () -> String) throws {
    guard condition else { throw AttackSucceeded(finding()) }
}

extension BoundServer.Response {
    /// Checks that a response asks for another proof, and gives no cookie.
    func expectChallenge(for id: SessionID) throws {
        try expect(self.status == .forbidden, "the status is \(self.status)")
        let challenge = self.headerFields[.secureSessionChallenge] ?? ""
        try expect(challenge.contains("id=\"\(id)\""), "there is no challenge for the session")
        try self.expectNoCookie()
    }

    /// Checks that a response ends the session in the browser, and gives no cookie.
    func expectEnd() throws {
        try expect(self.status == .ok, "the status is \(self.status)")
        try expect(self.body == DeviceSessionInstructions.end, "the body is \(self.body)")
        try self.expectNoCookie()
    }

    func expectNoCookie() throws {
        try expect(self.headerFields[.setCookie] == nil, "the response has a cookie")
    }
}
#endif
