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
import HTTPTypes
import LogAudit
import Sessions
import SessionsFlyingFox
import SessionsTesting

/// The application of the article *FlyingFox* with all parts of the adapter, without sockets.
struct FlyingFoxApplication: ApplicationUnderTest {
    func serve<Value: Sendable>(
        _ application: AdapterApplication,
        _ body:
            @escaping @Sendable (
                _ send: @escaping @Sendable (AdapterRequest) async throws -> AdapterResponse
            ) async throws -> Value
    ) async throws -> Value {
        let handler = try Self.handler(application)
        return try await body { request in
            let reply = try await FlyingFoxReply(
                of: handler,
                to: HTTPMethod(request.method.rawValue),
                request.path,
                request.headerFields,
                body: request.body
            )
            return AdapterResponse(
                status: HTTPTypes.HTTPResponse.Status(code: reply.status), headerFields: reply.fields, body: reply.text)
        }
    }

    private static func handler(_ application: AdapterApplication) throws -> RoutedHTTPHandler {
        var pages = makeRoutes()
        pages.appendRoute("POST /login") { request in
            let subject = String(decoding: try await request.bodyData, as: UTF8.self)
            let token = try await application.logIn(subject, to: request.session)
            return HTTPResponse(statusCode: .ok, body: Data(token.utf8))
        }
        pages.appendRoute("GET /token") { request in
            HTTPResponse(statusCode: .ok, body: Data((try request.session.csrfToken ?? "").utf8))
        }
        pages.appendRoute("POST /echo") { request in
            HTTPResponse(statusCode: .ok, body: try await request.bodyData)
        }
        let transfer = ClosureHTTPHandler { _ in HTTPResponse(statusCode: .ok, body: Data("done".utf8)) }
        pages.appendRoute("GET /transfer", to: RequireDeviceBound(handler: transfer))
        try addGuardedRoutes(to: &pages)
        try addRecognizedRoute(to: &pages, application.devices)
        addActiveSessionsPage(to: &pages)
        try addAdministrationPage(to: &pages, application.engine) { application.isAdministrator($0) }

        var routes = RoutedHTTPHandler()
        #if DeviceBinding
        if application.engine.configuration.deviceBinding.bindsSessions {
            try DeviceBindingRoutes(application.engine.configuration).add(to: &routes)
        }
        #endif
        routes.appendRoute(
            "*",
            to: makeHandler(application.engine, pages) { subject in
                try await application.findUser(subject).map { User(id: subject, name: $0) }
            }
        )
        var handler = RoutedHTTPHandler()
        handler.appendRoute(
            "*", to: SessionsMiddleware(application.engine, logger: LogAudit.logger(), handler: routes))
        return handler
    }
}
#endif
