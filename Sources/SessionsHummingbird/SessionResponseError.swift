//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import HTTPTypes
public import Hummingbird
import Logging
import Sessions

/// An error on its way to the client, with the header fields that the session is due.
///
/// What the verbs of a session did must reach the browser although the handler failed: a session that ended must not
/// leave its cookie there, and a renewed secret must not stay unknown.
public struct SessionResponseError: HTTPResponseError {
    /// The error of the handler, or of closing the session.
    public let underlying: any Error
    /// The cookies, and what the response varies by; of the rest nothing goes out.
    let headers: HTTPFields

    init(_ underlying: any Error, headers: HTTPFields) {
        self.underlying = underlying
        self.headers = headers
    }

    /// That of the error beneath; 500 for one that is no response.
    public var status: HTTPResponse.Status {
        (self.underlying as? any HTTPResponseError)?.status ?? .internalServerError
    }

    public func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = Response(status: .internalServerError)
        if let error = self.underlying as? any HTTPResponseError {
            response = try error.response(from: request, context: context)
        } else {
            // As the server logs what reaches it unanswered.
            context.logger.debug("A handler failed", metadata: ["error": "\(self.underlying)"])
        }
        response.headers.append(contentsOf: self.headers[fields: .setCookie])
        for name in self.headers.listItems(of: .vary) {
            if let field = HTTPField.Name(String(name)) { response.headers.keepPrivate(varyingBy: field) }
        }
        return response
    }
}
#endif
