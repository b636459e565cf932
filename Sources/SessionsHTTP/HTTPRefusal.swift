//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// A request that cannot be served, for a reason that has nothing to do with sessions.
///
/// An adapter turns it into the HTTP error of its framework. In a framework that has none, handlers can throw it
/// themselves.
public struct HTTPRefusal: HTTPReplyError {
    /// The status.
    public var status: HTTPResponse.Status
    /// What the client reads: what is wrong, and what to do.
    public var message: String
    /// Further header fields of the response.
    public var headerFields: HTTPFields

    /// Creates a refusal.
    ///
    /// - Parameters:
    ///   - status: The status.
    ///   - message: What the client reads.
    ///   - headerFields: Further header fields. The default is none.
    public init(_ status: HTTPResponse.Status, _ message: String, headerFields: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.headerFields = headerFields
    }

    /// A small page for clients that ask for HTML, and problem details (RFC 9457) for others.
    public func reply(to request: HTTPRequest) -> HTTPReply {
        var reply = HTTPReply(status: self.status, headerFields: self.headerFields)
        reply.write(RefusalBody(self.status, self.message, acceptHTML: request.headerFields.acceptHTML))
        return reply
    }
}
