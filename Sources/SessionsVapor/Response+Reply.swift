//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import NIOHTTP1
import SessionsHTTP
import Vapor

extension Response {
    /// The response for a reply. Vapor leaves out the body of a response to HEAD.
    convenience init(_ reply: HTTPReply) {
        var headers = HTTPHeaders()
        headers.replace([:], with: reply.headerFields)
        self.init(
            status: HTTPResponseStatus(statusCode: reply.status.code, reasonPhrase: reply.status.reasonPhrase),
            headers: headers,
            body: Body(string: reply.body)
        )
    }

    /// Whether the body is of unknown length, or another protocol follows.
    var isStreamed: Bool { self.body.count == -1 || self.upgrader != nil }

    /// Replaces the header fields that have changed.
    ///
    /// Vapor replaces all header fields of a response that switches protocols by those of the upgrader.
    func replaceFields(_ before: HTTPFields, with after: HTTPFields) {
        guard before != after else { return }
        var headers = self.headers
        headers.replace(before, with: after)
        self.headers = headers
        guard let upgrader = self.upgrader else { return }
        var added = HTTPHeaders()
        added.replace(before, with: after)
        self.upgrader = FieldAddingUpgrader(upgrader: upgrader, fields: added)
    }
}
#endif
