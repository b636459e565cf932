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

/// The responses to session errors that reach ``SessionsMiddleware``: the application's own pages in place of the
/// standard ones.
///
/// ```swift
/// SessionsMiddleware(engine, refusals: RefusalResponse { error, request in
///     Response(status: error.status, body: .init(byteBuffer: ByteBuffer(string: page(for: error.code))))
/// })
/// ```
///
/// The middleware adds the header fields that the session needs. It also adds `Cache-Control`, `Retry-After` and
/// `WWW-Authenticate` if the error needs them and the response does not have them.
public struct RefusalResponse: Sendable {
    private let make: (@Sendable (SessionError, Request) throws -> Response?)?

    /// A small page for clients that ask for HTML, and problem details (RFC 9457) for others. This is the default.
    public static let standard = RefusalResponse(make: nil)

    private init(make: (@Sendable (SessionError, Request) throws -> Response?)?) {
        self.make = make
    }

    /// Creates a response from a closure.
    ///
    /// - Parameter make: Makes the response, or returns nil for the standard one. An error that it throws replaces the
    ///   session error.
    public init(_ make: @escaping @Sendable (_ error: SessionError, _ request: Request) throws -> Response?) {
        self.make = make
    }

    var isStandard: Bool { self.make == nil }

    func response(
        to request: Request,
        refusedBy error: SessionError,
        _ context: some RequestContext
    ) throws -> Response {
        guard var response = try self.make?(error, request) else {
            return try error.response(from: request, context: context)
        }
        error.addRequiredFields(to: &response.headers)
        return response
    }
}
#endif
