//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
import Sessions
import SessionsDeviceBinding
import SessionsHTTP
import SessionsTesting

extension Workload {
    /// What a request of a bound session costs, beside one of a user who is logged in without a binding.
    static let binding =
        visits("logged in") { try await $0.loggedInVisitor() } + visits("bound") { try await $0.boundVisitor() }

    private static func visits(
        _ name: String,
        _ visitor: @escaping @Sendable (Harness) async throws -> SessionRequest
    ) -> [Workload] {
        // A cookie that lives as long as the measurement.
        let policy = DeviceBindingPolicy.offered(cookieLifetime: .seconds(86_400))
        return [
            Workload("\(name): untouched") {
                let harness = try Harness(binding: policy)
                let request = try await visitor(harness)
                return { for _ in 0..<$0 { try await harness.visit(request) } }
            },
            Workload("\(name): counter") {
                let harness = try Harness(binding: policy)
                let request = try await visitor(harness)
                return { for _ in 0..<$0 { try await harness.visit(request) { $0[.views] += 1 } } }
            },
        ]
    }
}

extension Harness {
    fileprivate init(binding policy: DeviceBindingPolicy) throws {
        var configuration = SessionConfiguration()
        configuration.deviceBinding = policy
        try self.init(.stored(in: MemorySessionStore()), configuration: configuration)
    }

    /// The request of a user who is logged in, and whose session has five values.
    fileprivate func loggedInVisitor() async throws -> SessionRequest {
        let response = try await self.visit(Self.request()) { session in
            try await session.logIn("ada")
            Self.remember(in: session)
        }
        return Self.request(cookie: String((response[.setCookie] ?? "").prefix { $0 != ";" }))
    }

    private struct NotBound: Error {}

    /// The same, with a session that is bound to a device.
    fileprivate func boundVisitor() async throws -> SessionRequest {
        let responder = try DeviceBindingResponder(self.engine.configuration)
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let origin = "https://example.com"
        let browser = DeviceBoundBrowser { request in
            var reply = HTTPReply(status: .ok)
            let description = SessionRequest(method: .post, headerFields: request.headerFields, isSecure: true)
            let session = try await self.engine.open(description, logger: logger)
            if request.url == origin + responder.registrationPath {
                let head = HTTPRequest(
                    method: .post, scheme: "https", authority: "example.com", path: responder.registrationPath,
                    headerFields: request.headerFields)
                reply = try await responder.register(head, session: session, logger: logger)
            } else {
                try await session.logIn("ada")
                Self.remember(in: session)
            }
            try await self.engine.close(session, response: &reply.headerFields)
            return .init(status: reply.status, headerFields: reply.headerFields, body: reply.body)
        }
        try await browser.send(.post, origin + "/login")
        let name = self.engine.configuration.cookie.name
        guard browser.sessions.count == 1, let cookie = browser.cookies.cookie(named: name) else { throw NotBound() }
        let request = Self.request(cookie: "\(name)=\(cookie.value)")
        var isBound = false
        try await self.visit(request) { isBound = $0.isDeviceBound }
        guard isBound else { throw NotBound() }
        return request
    }
}
