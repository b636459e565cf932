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

/// How a server answers when a session's error reaches ``SessionsMiddleware``: its own pages in place of the standard
/// ones.
///
/// ```swift
/// SessionsMiddleware(engine, refusals: RefusalResponse { error, request in
///     Response(status: error.status, body: .init(byteBuffer: ByteBuffer(string: page(for: error.code))))
/// })
/// ```
///
/// The header fields that the session needs are added to the response, and those that the error needs where it has none
/// of them: `Cache-Control`, `Retry-After` and `WWW-Authenticate`.
public struct RefusalResponse: Sendable {
    private let make: (@Sendable (SessionError, Request) throws -> Response?)?

    /// A small page for clients that ask for HTML, and problem details (RFC 9457) for others. This is the default.
    public static let standard = RefusalResponse(make: nil)

    private init(make: (@Sendable (SessionError, Request) throws -> Response?)?) {
        self.make = make
    }

    /// Creates a way to answer.
    ///
    /// - Parameter make: Makes the response; nil for the standard one. An error that it throws takes the place of the
    ///   session's error.
    public init(_ make: @escaping @Sendable (_ error: SessionError, _ request: Request) throws -> Response?) {
        self.make = make
    }

    var isStandard: Bool { self.make == nil }

    func response(
        to request: Request,
        refusedBy error: SessionError,
        _ context: some RequestContext
    ) throws -> Response {
        let standard = try error.response(from: request, context: context)
        guard var response = try self.make?(error, request) else { return standard }
        for name in [HTTPField.Name.cacheControl, .retryAfter, .wwwAuthenticate] where !response.headers.contains(name)
        {
            response.headers[values: name] = standard.headers[values: name]
        }
        return response
    }
}
#endif
