//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird && OpenID
public import Hummingbird
import SessionsHTTP

extension OpenIDLogoutResponder {
    /// Adds the route to which a provider sends logout tokens to a router of Hummingbird.
    ///
    /// ```swift
    /// OpenIDLogoutResponder(logins).add(to: router, at: "openid/logout")
    /// ```
    ///
    /// It needs no session. Add it outside of the CSRF protection and of guards: the provider's server sends the
    /// request, and the signature of the token protects it.
    ///
    /// - Parameters:
    ///   - router: The router.
    ///   - path: The path of the address that is registered at the provider as `backchannel_logout_uri`.
    public func add<Context: RequestContext>(to router: some RouterMethods<Context>, at path: RouterPath) {
        router.post(path) { request, context in
            let body = Array(try await request.body.collect(upTo: Self.maximumBodySize).readableBytesView)
            let reply = try await self.reply(to: request.head, body: body, logger: context.logger)
            return Response(
                status: reply.status,
                headers: reply.headerFields,
                body: ResponseBody(byteBuffer: ByteBuffer(string: reply.body))
            )
        }
    }
}
#endif
