//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
public import Hummingbird
public import Sessions
import SessionsHTTP

extension Response {
    /// The response for a reply.
    init(_ reply: HTTPReply) {
        self.init(
            status: reply.status,
            headers: reply.headerFields,
            body: ResponseBody(byteBuffer: ByteBuffer(string: reply.body))
        )
    }
}

/// A handler may rethrow a session error. The error is its own response.
extension SessionError: HTTPResponseError {
    /// A small response that is never cached: a page for clients that ask for HTML, and problem details (RFC 9457) for
    /// others. Use ``RefusalResponse`` to replace it.
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        let response = Response(self.reply(to: request.head))
        return request.method == .head ? response.createHeadResponse() : response
    }
}
#endif
