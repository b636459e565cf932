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

/// An error on its way to the client, with its response and the header fields that the session needs.
///
/// The effects of session operations must reach the client although the handler failed: a client must not keep the
/// cookie of an ended session, and it must receive a renewed secret.
public struct SessionResponseError: HTTPResponseError {
    /// The error of the handler, or the error of closing the session.
    public let underlying: any Error
    /// The complete response for the error.
    let response: Response

    init(_ underlying: any Error, response: Response) {
        self.underlying = underlying
        self.response = response
    }

    /// The status of the response. 500 for an error that is not a response.
    public var status: HTTPResponse.Status { self.response.status }

    public func response(from request: Request, context: some RequestContext) throws -> Response { self.response }
}
#endif
