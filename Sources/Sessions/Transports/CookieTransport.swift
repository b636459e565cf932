//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// Tokens in a cookie.
public struct CookieTransport: SessionTransport {
    private let cookie: SessionCookie
    private let cookieForRequest: (@Sendable (SessionRequest) -> SessionCookie)?

    /// Creates a transport.
    ///
    /// - Parameters:
    ///   - cookie: The cookie.
    ///   - cookieForRequest: Another cookie for some requests. One that browsers would not accept is not used; the
    ///     first is.
    public init(
        _ cookie: SessionCookie,
        cookieForRequest: (@Sendable (SessionRequest) -> SessionCookie)? = nil
    ) {
        self.cookie = cookie
        self.cookieForRequest = cookieForRequest
    }

    public var requestField: HTTPField.Name { .cookie }

    public func read(_ request: SessionRequest) -> SessionTokenReading {
        var reading = SessionTokenReading()
        CookieHeader.forEachValue(of: self.cookie(for: request).name, in: request.headerFields) { reading.add($0) }
        return reading
    }

    public func set(_ token: SessionToken, _ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        SetCookie.set(
            self.cookie(for: instruction.request).applying(instruction.cookieOverrides),
            value: token.text,
            maxAge: instruction.maxAge,
            isSecureConnection: instruction.request.isSecure,
            in: &response
        )
    }

    public func clear(_ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        SetCookie.clear(
            self.cookie(for: instruction.request).applying(instruction.cookieOverrides),
            isSecureConnection: instruction.request.isSecure,
            in: &response
        )
    }

    func cookie(for request: SessionRequest) -> SessionCookie {
        guard let cookieForRequest else { return self.cookie }
        let cookie = cookieForRequest(request)
        return cookie.problems.isEmpty ? cookie : self.cookie
    }
}
