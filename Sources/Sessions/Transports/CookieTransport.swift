//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// Texts in the cookie that a configuration describes, and in several of them where one is too long.
public struct CookieTransport: SessionTransport {
    private let configuration: SessionConfiguration
    /// The cookie of the configuration.
    private let cookie: WrittenCookie

    /// Creates a transport.
    public init(_ configuration: SessionConfiguration) {
        self.configuration = configuration
        self.cookie = WrittenCookie(configuration.cookie)
    }

    public var kind: SessionTransportKind { .cookie }
    public var requestField: HTTPField.Name { .cookie }

    public func read(_ request: SessionRequest, into reading: inout SessionTokenReading) {
        let name = self.configuration.cookieName(for: request)
        if reading.maySplit {
            for text in CookieChunks.join(name: name, in: request.headerFields) { reading.add(text) }
        } else {
            CookieHeader.forEachValue(of: name, in: request.headerFields) { reading.add($0) }
        }
    }

    public func set(_ text: String, _ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        if instruction.maySplit {
            let cookie = self.cookie(for: instruction)
            return SetCookie.set(
                cookie,
                values: CookieChunks.split(text, name: cookie.name),
                maxAge: instruction.maxAge,
                request: instruction.request,
                in: &response
            )
        }
        SetCookie.set(
            self.cookie(for: instruction),
            value: text,
            maxAge: instruction.maxAge,
            isSecureConnection: instruction.request.isSecure,
            in: &response
        )
    }

    public func clear(_ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        if instruction.maySplit {
            return SetCookie.clear(self.cookie(for: instruction), request: instruction.request, in: &response)
        }
        SetCookie.clear(
            self.cookie(for: instruction),
            isSecureConnection: instruction.request.isSecure,
            in: &response
        )
    }

    private func cookie(for instruction: SessionTokenInstruction) -> WrittenCookie {
        guard self.configuration.cookieForRequest != nil || instruction.cookieOverrides != nil else {
            return self.cookie
        }
        return WrittenCookie(self.configuration.cookie(for: instruction.request).applying(instruction.cookieOverrides))
    }
}
