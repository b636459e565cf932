//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Foundation
import HTTPTypes
import Sessions
import SessionsDeviceBinding
import SessionsHTTP
import SessionsTesting
import Synchronization

/// A server of device-bound sessions that does what a test tells it to. It is the least that the protocol needs, and
/// has no sessions of this library.
final class ScriptedServer: Sendable {
    typealias Request = DeviceBoundBrowser.Request
    typealias Response = DeviceBoundBrowser.Response

    static let attributes = "Path=/; Secure; HttpOnly; SameSite=Lax"

    struct Settings: Sendable {
        /// The path of the registration as the offer has it.
        var registration = "/dbsc/register"
        /// The address of the refresh as the JSON has it.
        var refresh = "/dbsc/refresh"
        var authorization: String?
        /// The cookies of the next session, with their attributes.
        var cookies = ["auth_cookie": ScriptedServer.attributes]
        /// The attributes that the JSON has, if they are not those of the cookies.
        var announcedAttributes: String?
        var origin: String?
        var includesSite = false
        var rules: [DeviceSessionInstructions.Rule] = []
        var initiators: [String] = []
        /// Whether the response to a registration has a challenge.
        var registrationSendsChallenge = false
        /// Whether a refresh is answered without a proof.
        var refreshNeedsProof = true
        /// Whether the response to a refresh has the JSON, and not an empty body.
        var refreshSendsInstructions = true
        /// The identifier in the JSON of a refresh, if it is not the session's.
        var announcedID: SessionID?
        /// Whether the session goes on at a refresh.
        var continues = true
        /// The response to a refresh, whatever the proof; nil for the right one.
        var refreshResponse: Response?
        /// Whether the server cannot be reached by refreshes.
        var isUnreachable = false
        var registeringOrigins: [String]?
    }

    private struct Bound {
        let device: DevicePublicKey
        let challenges: DeviceChallenges
        let cookies: [String: String]
    }

    private struct State {
        var settings = Settings()
        var requests: [Request] = []
        var bound: [SessionID: Bound] = [:]
        var sessionCount: UInt64 = 0
    }

    private let state = Mutex(State())
    private let clock: SessionClock
    private static let key = [UInt8](repeating: 7, count: DeviceChallenges.keyByteCount)

    init(clock: SessionClock) { self.clock = clock }

    /// Changes what the server does.
    func configure(_ change: (inout Settings) -> Void) {
        self.state.withLock { change(&$0.settings) }
    }

    /// The requests for a path so far.
    func requests(for path: String) -> [Request] {
        self.state.withLock { $0.requests.filter { Self.path(of: $0) == path } }
    }

    private static func path(of request: Request) -> String {
        let afterScheme = request.url.drop { $0 != ":" }.dropFirst(3)
        return String(afterScheme.drop { $0 != "/" }.prefix { $0 != "?" })
    }

    func respond(to request: Request) throws -> Response {
        try self.state.withLock { state in
            state.requests.append(request)
            switch Self.path(of: request) {
            case "/login": return self.logIn(&state)
            case "/dbsc/register", "/deep/register": return try self.register(request, &state)
            case "/dbsc/refresh", "/deep/refresh": return try self.refresh(request, &state)
            case "/challenge": return self.challenge(&state)
            case "/clear/cookies": return Self.clearing("cookies")
            case "/clear/storage": return Self.clearing("storage")
            case "/.well-known/device-bound-sessions":
                guard let origins = state.settings.registeringOrigins else { return Response(status: .notFound) }
                let list = origins.map { "\"\($0)\"" }.joined(separator: ",")
                return Response(body: #"{"registering_origins":[\#(list)]}"#)
            default:
                let cookies = request.headerFields[.cookie] ?? ""
                let isBound = state.settings.cookies.keys.allSatisfy { cookies.contains("\($0)=bound") }
                return Response(status: isBound ? .ok : .unauthorized)
            }
        }
    }

    /// Any path that is none of the above needs all bound cookies.
    private func logIn(_ state: inout State) -> Response {
        state.sessionCount += 1
        let id = SessionID(high: 0, low: state.sessionCount)
        let challenges = DeviceChallenges(of: id, key: Self.key, floor: .distantPast)
        var fields: HTTPFields = [.setCookie: "login=\(id); \(Self.attributes)"]
        fields[.secureSessionRegistration] = DeviceBindingField.registration(
            path: state.settings.registration,
            challenge: challenges?.next(for: .registration, now: self.clock.now) ?? "",
            authorization: state.settings.authorization
        )
        return Response(headerFields: fields)
    }

    private func register(_ request: Request, _ state: inout State) throws -> Response {
        let cookies = (request.headerFields[.cookie] ?? "").components(separatedBy: "; ")
        guard let id = cookies.first(where: { $0.hasPrefix("login=") }).flatMap({ SessionID(String($0.dropFirst(6))) }),
            let challenges = DeviceChallenges(of: id, key: Self.key, floor: .distantPast),
            let proof = try DeviceBindingField.proof(in: request.headerFields),
            request.headerFields[.authorization] == state.settings.authorization,
            let verified = try? DeviceProofVerifier(challenges).verifyRegistration(
                proof,
                authorization: state.settings.authorization,
                now: self.clock.now
            )
        else { return Response(status: .badRequest) }
        let bound = DeviceChallenges(of: id, key: Self.key, floor: verified.challenge.position) ?? challenges
        state.bound[id] = Bound(device: verified.key, challenges: bound, cookies: state.settings.cookies)
        var response = self.success(id, state.settings, state.settings.cookies)
        if state.settings.registrationSendsChallenge {
            let challenge = bound.next(for: .refresh, now: self.clock.now)
            var fields = response.headerFields
            fields[.secureSessionChallenge] = DeviceBindingField.challenge(challenge, for: id)
            response = Response(status: response.status, headerFields: fields, body: response.body)
        }
        return response
    }

    private func refresh(_ request: Request, _ state: inout State) throws -> Response {
        struct Unreachable: Error {}
        if state.settings.isUnreachable { throw Unreachable() }
        guard request.method == .post, let id = try DeviceBindingField.sessionID(in: request.headerFields),
            let bound = state.bound[id]
        else { return Response(status: .badRequest) }
        if let response = state.settings.refreshResponse { return response }
        guard state.settings.continues else { return Self.response(.deviceSessionEnded) }
        guard state.settings.refreshNeedsProof else { return self.success(id, state.settings, bound.cookies) }
        guard let proof = try DeviceBindingField.proof(in: request.headerFields),
            let challenge = try? DeviceProofVerifier(bound.challenges).verifyRefresh(
                proof,
                by: bound.device,
                now: self.clock.now
            )
        else {
            return Self.response(
                .deviceChallenge(bound.challenges.next(for: .refresh, now: self.clock.now), for: id)
            )
        }
        state.bound[id] = Bound(
            device: bound.device,
            challenges: DeviceChallenges(of: id, key: Self.key, floor: challenge.position) ?? bound.challenges,
            cookies: bound.cookies
        )
        return self.success(id, state.settings, bound.cookies)
    }

    private func success(_ id: SessionID, _ settings: Settings, _ cookies: [String: String]) -> Response {
        var instructions = DeviceSessionInstructions(
            sessionID: settings.announcedID ?? id,
            refreshPath: settings.refresh,
            credentials: cookies.sorted { $0.key < $1.key }.map {
                .init(name: $0.key, attributes: settings.announcedAttributes ?? $0.value)
            }
        )
        instructions.origin = settings.origin
        instructions.includesSite = settings.includesSite
        instructions.rules = settings.rules
        instructions.allowedInitiators = settings.initiators
        let reply = HTTPReply.deviceBound(instructions)
        var fields = reply.headerFields
        for (name, attributes) in cookies {
            let separator = attributes.isEmpty ? "" : "; \(attributes)"
            fields.append(HTTPField(name: .setCookie, value: "\(name)=bound; Max-Age=600\(separator)"))
        }
        return Response(
            status: reply.status,
            headerFields: fields,
            body: settings.refreshSendsInstructions ? reply.body : ""
        )
    }

    /// A challenge for every session, before it is needed.
    private func challenge(_ state: inout State) -> Response {
        let challenges = state.bound.sorted { $0.key < $1.key }.compactMap { id, bound in
            DeviceBindingField.challenge(bound.challenges.next(for: .refresh, now: self.clock.now), for: id)
        }
        return Response(headerFields: [.secureSessionChallenge: challenges.joined(separator: ", ")])
    }

    private static func clearing(_ type: String) -> Response {
        guard let name = HTTPField.Name("Clear-Site-Data") else { return Response() }
        return Response(headerFields: [name: "\"\(type)\""])
    }

    private static func response(_ reply: HTTPReply) -> Response {
        Response(status: reply.status, headerFields: reply.headerFields, body: reply.body)
    }
}
#endif
