//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox && DeviceBinding
import FlyingFox
import Foundation
import HTTPTypes
import LogAudit
import Sessions
import SessionsDeviceBinding
import SessionsFlyingFox
import SessionsTesting
import TestSupport
import Testing

@Suite("Attacks on device-bound sessions on FlyingFox")
struct FlyingFoxDeviceAttackTests {
    @Test(
        "every attack on FlyingFox fails, in both forms of the fields", arguments: BoundAttack.all,
        BoundSession.Form.allCases)
    func everyAttack(_ attack: BoundAttack, _ form: BoundSession.Form) async throws {
        try await attack.run(in: form) { engine, test in
            var routes = RoutedHTTPHandler()
            try DeviceBindingRoutes(engine.configuration).add(to: &routes)
            routes.appendRoute("POST /login") { request in
                try await request.session.logIn("ada")
                return HTTPResponse(statusCode: .ok)
            }
            routes.appendRoute("POST /logout") { request in
                try await request.session.logOut()
                return HTTPResponse(statusCode: .ok)
            }
            let account = ClosureHTTPHandler { _ in HTTPResponse(statusCode: .ok) }
            routes.appendRoute("GET /account", to: RequireLogin(handler: account))
            let handler = SessionsMiddleware(engine, logger: LogAudit.logger(), handler: routes)
            try await test { try await FlyingFoxBoundServer.respond(to: $0, handler) }
        }
    }
}

/// A server without a socket.
enum FlyingFoxBoundServer {
    static func respond(
        to request: DeviceBoundBrowser.Request,
        _ handler: SessionsMiddleware
    ) async throws -> DeviceBoundBrowser.Response {
        var headers: HTTPHeaders = [.host: "example.com"]
        if request.url.hasSuffix("/login") { headers[HTTPHeader("Origin")] = "http://example.com" }
        for field in request.headerFields { headers.addValue(field.value, for: HTTPHeader(field.name.rawName)) }
        let response = try await handler.handleRequest(
            FlyingFox.HTTPRequest(
                method: FlyingFox.HTTPMethod(rawValue: request.method.rawValue),
                version: .http11,
                target: .init(path: String(request.url.dropFirst("https://example.com".count)), query: ""),
                headers: headers,
                body: HTTPBodySequence(data: Data())
            )
        )
        var fields = HTTPFields()
        for (header, value) in response.headers {
            if let name = HTTPField.Name(header.rawValue) { fields.append(HTTPField(name: name, value: value)) }
        }
        LogAudit.noteTokens(in: fields)
        return .init(
            status: .init(code: response.statusCode.code),
            headerFields: fields,
            body: String(decoding: try await response.bodyData, as: UTF8.self)
        )
    }
}
#endif
