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
import Sessions

/// An error on its way to the client, with the response that it becomes and the header fields that the session needs in
/// it.
///
/// What the operations of a session did must reach the client although the handler failed: a session that ended must
/// not leave its cookie there, and a renewed secret must not stay unknown.
public struct SessionResponseError: HTTPResponseError {
    /// The error of the handler, or of closing the session.
    public let underlying: any Error
    /// What the error becomes, complete.
    let response: Response

    init(_ underlying: any Error, response: Response) {
        self.underlying = underlying
        self.response = response
    }

    /// The status of the response; 500 for an error that is no response.
    public var status: HTTPResponse.Status { self.response.status }

    public func response(from request: Request, context: some RequestContext) throws -> Response { self.response }
}
#endif
