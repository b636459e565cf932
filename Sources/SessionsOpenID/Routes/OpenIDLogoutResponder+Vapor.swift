//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID && Vapor
import HTTPTypes
import NIOHTTP1
import SessionsHTTP
public import Vapor

extension OpenIDLogoutResponder {
    /// Adds the route to which a provider sends logout tokens to routes of Vapor.
    ///
    /// ```swift
    /// OpenIDLogoutResponder(logins).add(to: app, at: "openid", "logout")
    /// ```
    ///
    /// Add it outside of the CSRF protection and of guards: the provider's server sends the request, and the signature
    /// of the token protects it.
    ///
    /// - Parameters:
    ///   - routes: The routes.
    ///   - path: The path of the address that is registered at the provider as `backchannel_logout_uri`.
    public func add(to routes: any RoutesBuilder, at path: PathComponent...) {
        let limit = ByteCount(value: Self.maximumBodySize)
        routes.on(.POST, path, body: .collect(maxSize: limit)) { request async throws -> Response in
            var head = HTTPTypes.HTTPRequest(method: .post, scheme: nil, authority: nil, path: request.url.path)
            head.headerFields[.contentType] = request.headers.first(name: .contentType)
            let body = request.body.data.map { Array($0.readableBytesView) } ?? []
            let reply = try await self.reply(to: head, body: body, logger: request.logger)
            return Response(
                status: HTTPResponseStatus(statusCode: reply.status.code, reasonPhrase: reply.status.reasonPhrase),
                headers: HTTPHeaders(reply.headerFields.map { ($0.name.rawName, $0.value) }),
                body: Response.Body(string: reply.body)
            )
        }
    }
}
#endif
