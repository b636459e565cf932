//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
public import Logging
public import NIOHTTP1
public import Vapor

/// An error on its way to the client, with the header fields that a session needs.
///
/// The effects of session operations must reach the client although the handler failed: a client must not keep the
/// cookie of an ended session, and it must receive a renewed secret. An `Abort` gets the fields itself and keeps its
/// type; any other error is wrapped in this one if the session needs fields.
///
/// To Vapor it is what the wrapped error is: the same status, reason and log level. An `ErrorMiddleware` of your own
/// must send the ``headers``, as those of every `AbortError`.
public struct SessionResponseError: AbortError, DebuggableError {
    /// The error of the handler, or the error of closing the session.
    public let underlying: any Error
    public let headers: HTTPHeaders
    /// What Vapor tells the client about an error that is no response.
    private let reasonOfUnexpectedError: String

    init(_ underlying: any Error, headers: HTTPHeaders, in environment: Environment) {
        self.underlying = underlying
        self.headers = headers
        self.reasonOfUnexpectedError =
            environment.isRelease ? "Something went wrong." : String(describing: underlying)
    }

    /// The status of the response. 500 for an error that is not a response.
    public var status: HTTPResponseStatus { self.abort?.status ?? .internalServerError }

    public var reason: String { self.abort?.reason ?? self.debuggable?.reason ?? self.reasonOfUnexpectedError }

    public var identifier: String { self.debuggable?.identifier ?? "\(type(of: self.underlying))" }

    public var source: ErrorSource? { self.debuggable?.source }

    public var logLevel: Logger.Level { self.debuggable?.logLevel ?? .warning }

    /// For an error that is neither a response nor describes itself, its description, for the log.
    public var possibleCauses: [String] {
        if let debuggable { return debuggable.possibleCauses }
        return self.abort == nil ? [String(reflecting: self.underlying)] : []
    }

    public var suggestedFixes: [String] { self.debuggable?.suggestedFixes ?? [] }

    private var abort: (any AbortError)? { self.underlying as? any AbortError }
    private var debuggable: (any DebuggableError)? { self.underlying as? any DebuggableError }
}
#endif
