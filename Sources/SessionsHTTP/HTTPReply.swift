//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// A complete response without a framework: an adapter turns it into a response of its own framework.
///
/// The body is text. `Content-Length` is the framework's part, and a response to HEAD must leave out the body.
public struct HTTPReply: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The header fields.
    public var headerFields: HTTPFields
    /// The body, in UTF-8. Empty if there is none.
    public var body: String

    /// Creates a reply.
    ///
    /// - Parameters:
    ///   - status: The status.
    ///   - headerFields: The header fields. The default is none.
    ///   - body: The body. The default is empty.
    public init(status: HTTPResponse.Status, headerFields: HTTPFields = [:], body: String = "") {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }

    /// A redirect (303) to another page, which the client requests with GET.
    ///
    /// - Parameter location: The target. It must come from the application or from a `LocalRedirect`, never directly
    ///   from a client.
    public static func redirect(to location: String) -> HTTPReply {
        HTTPReply(status: .seeOther, headerFields: [.location: location])
    }
}

extension HTTPReply: CustomStringConvertible, CustomReflectable {
    /// The status. Fields and body may contain tokens.
    public var description: String { "HTTPReply(\(self.status))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
