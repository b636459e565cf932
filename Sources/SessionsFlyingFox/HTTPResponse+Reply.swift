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
import SessionsHTTP

extension FlyingFox.HTTPResponse {
    /// The response for a reply. FlyingFox sends a body with a response to HEAD as well, unless there is none.
    init(_ reply: HTTPReply, to request: FlyingFox.HTTPRequest) {
        let body = Data(reply.body.utf8)
        self.init(
            statusCode: HTTPStatusCode(reply.status.code, phrase: reply.status.reasonPhrase),
            body: request.method == .HEAD ? Data() : body
        )
        self.headers.replace([:], with: reply.headerFields)
        if request.method == .HEAD { self.headers[.contentLength] = "\(body.count)" }
    }
}
#endif
