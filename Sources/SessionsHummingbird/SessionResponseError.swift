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

extension Response {
    /// The header fields that a session needs, of those that were written into another response.
    ///
    /// - Parameters:
    ///   - after: The fields of the other response with those of the session. Nothing else of them goes out.
    ///   - before: The same without.
    mutating func takeSessionFields(from after: HTTPFields, before: HTTPFields) {
        self.headers.append(contentsOf: after[fields: .setCookie])
        for name in after.listItems(of: .vary) {
            if let field = HTTPField.Name(String(name)) { self.headers.keepPrivate(varyingBy: field) }
        }
        let own: [HTTPField.Name] = [.setCookie, .vary, .cacheControl]
        for name in Set(after.map(\.name)).subtracting(own) where after[values: name] != before[values: name] {
            self.headers[values: name] = after[values: name]
        }
    }
}
#endif
