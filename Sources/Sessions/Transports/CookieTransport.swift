//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// Tokens in the cookie that a configuration describes.
public struct CookieTransport: SessionTransport {
    private let configuration: SessionConfiguration

    /// Creates a transport.
    public init(_ configuration: SessionConfiguration) {
        self.configuration = configuration
    }

    public var requestField: HTTPField.Name { .cookie }

    public func read(_ request: SessionRequest) -> SessionTokenReading {
        var reading = SessionTokenReading()
        let name = self.configuration.cookie(for: request).name
        CookieHeader.forEachValue(of: name, in: request.headerFields) { reading.add($0) }
        return reading
    }

    public func set(_ token: SessionToken, _ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        SetCookie.set(
            self.cookie(for: instruction),
            value: token.text,
            maxAge: instruction.maxAge,
            isSecureConnection: instruction.request.isSecure,
            in: &response
        )
    }

    public func clear(_ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        SetCookie.clear(
            self.cookie(for: instruction),
            isSecureConnection: instruction.request.isSecure,
            in: &response
        )
    }

    private func cookie(for instruction: SessionTokenInstruction) -> SessionCookie {
        self.configuration.cookie(for: instruction.request).applying(instruction.cookieOverrides)
    }
}
