//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox && OpenID
public import FlyingFox
import Foundation
import HTTPTypes
public import Logging
import SessionsHTTP

extension OpenIDLogoutResponder {
    /// Adds the route to which a provider sends logout tokens to routes of FlyingFox.
    ///
    /// ```swift
    /// OpenIDLogoutResponder(logins).add(to: &routes, at: "/openid/logout", logger: logger)
    /// ```
    ///
    /// Keep it outside of the CSRF protection and of guards: the provider's server sends the request, and the signature
    /// of the token protects it.
    ///
    /// - Parameters:
    ///   - routes: The routes.
    ///   - path: The path of the address that is registered at the provider as `backchannel_logout_uri`.
    ///   - logger: The logger.
    public func add(to routes: inout RoutedHTTPHandler, at path: String, logger: Logger) {
        routes.appendRoute(path, for: [.POST]) { request in
            var body: [UInt8] = []
            for try await part in request.bodySequence {
                body += part
                // The rest would change nothing: the reply is 400.
                guard body.count <= Self.maximumBodySize else { break }
            }
            var head = HTTPTypes.HTTPRequest(method: .post, scheme: nil, authority: nil, path: path)
            head.headerFields[.contentType] = request.headers[.contentType]
            let reply = try await self.reply(to: head, body: body, logger: logger)
            var headers = HTTPHeaders()
            for field in reply.headerFields { headers.addValue(field.value, for: HTTPHeader(field.name.rawName)) }
            return FlyingFox.HTTPResponse(
                statusCode: HTTPStatusCode(reply.status.code, phrase: reply.status.reasonPhrase),
                headers: headers,
                body: Data(reply.body.utf8)
            )
        }
    }
}
#endif
