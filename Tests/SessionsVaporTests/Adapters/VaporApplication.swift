//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import LogAudit
import NIOHTTP1
import Sessions
import SessionsTesting
import SessionsVapor
import Vapor

/// The application of the article *Vapor* with all parts of the adapter, without sockets.
struct VaporApplication: ApplicationUnderTest {
    func serve<Value: Sendable>(
        _ application: AdapterApplication,
        _ body:
            @escaping @Sendable (
                _ send: @escaping @Sendable (AdapterRequest) async throws -> AdapterResponse
            ) async throws -> Value
    ) async throws -> Value {
        try await VaporHarness.with { app in
            try Self.configure(app, application)
        } body: { harness in
            try await body { request in
                let reply = try await VaporReply(
                    of: harness.application,
                    to: HTTPMethod(rawValue: request.method.rawValue),
                    request.path,
                    request.headerFields,
                    body: request.body
                )
                return AdapterResponse(
                    status: HTTPResponse.Status(code: reply.status), headerFields: reply.fields, body: reply.text)
            }
        }
    }

    private static func configure(_ app: Application, _ application: AdapterApplication) throws {
        let findUser = { @Sendable (subject: String) async throws -> User? in
            try await application.findUser(subject).map { User(id: subject, name: $0) }
        }
        if application.engine.configuration.deviceBinding.bindsSessions {
            #if DeviceBinding
            try addDeviceBinding(application.engine, to: app, findUser: findUser)
            #endif
        } else {
            addMiddlewares(application.engine, to: app, findUser: findUser)
        }
        app.post("login") { request in
            try await application.logIn(request.body.string ?? "", to: request.currentSession)
        }
        app.get("token") { try $0.currentSession.csrfToken ?? "" }
        app.on(.POST, "echo", body: .collect(maxSize: "8mb")) { $0.body.string ?? "" }
        try addGuardedRoutes(to: app)
        app.grouped(RequireDeviceBound()).get("transfer") { _ in "done" }
        try addRecognizedRoute(to: app, application.devices)
        addActiveSessionsPage(to: app)
        try addAdministrationPage(to: app, application.engine) { application.isAdministrator($0) }
    }
}
#endif
