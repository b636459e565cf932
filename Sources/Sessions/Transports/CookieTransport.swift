//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// Carries credentials in the cookie of a configuration, split over several cookies if one is too long.
///
/// ```swift
/// let transports: [any SessionTransport] = [CookieTransport(), BearerTransport()]
/// let engine = try SessionEngine(backend, configuration: configuration, transports: transports)
/// ```
public struct CookieTransport: SessionTransport {
    private let configuration: SessionConfiguration
    /// The cookie of the configuration.
    private let cookie: CookieTemplate
    /// Whether the engine supplies the configuration.
    private let isUnbound: Bool

    /// Creates a transport for the cookie of its engine's configuration. Without an engine the cookie is that of
    /// ``SessionConfiguration/init()``.
    public init() {
        self.init(SessionConfiguration(), isUnbound: true)
    }

    /// Creates a transport for the cookie of a configuration, for use without an engine, as in tests. An engine rejects
    /// it if its own configuration has another cookie: use ``init()``.
    public init(_ configuration: SessionConfiguration) {
        self.init(configuration, isUnbound: false)
    }

    private init(_ configuration: SessionConfiguration, isUnbound: Bool) {
        self.configuration = configuration
        self.cookie = CookieTemplate(configuration.cookie)
        self.isUnbound = isUnbound
    }

    public func bound(to configuration: SessionConfiguration) throws -> CookieTransport {
        guard !self.isUnbound else { return CookieTransport(configuration) }
        let (own, other) = (self.configuration, configuration)
        guard own.cookie == other.cookie, (own.cookieForRequest == nil) == (other.cookieForRequest == nil) else {
            throw SessionError.configuration([
                """
                The CookieTransport was made with another configuration: its cookie is "\(own.cookie.name)" with \
                \(own.cookie.shortAttributes), and that of the engine is "\(other.cookie.name)" with \
                \(other.cookie.shortAttributes). Write CookieTransport(), which takes the engine's configuration.
                """
            ])
        }
        // Functions cannot be compared, so the engine's is used.
        return CookieTransport(configuration)
    }

    public var kind: SessionTransportKind { .cookie }
    public var requestField: HTTPField.Name { .cookie }

    public func read(_ request: SessionRequest, into reading: inout ExtractedCredentials) {
        let name = self.configuration.cookieName(for: request)
        if reading.allowsChunking {
            for credential in CookieChunks.join(name: name, in: request.headerFields) { reading.add(credential) }
        } else {
            CookieHeader.forEachValue(of: name, in: request.headerFields) { reading.add($0) }
        }
    }

    public func set(_ credential: String, _ instruction: CredentialDelivery, in response: inout HTTPFields) {
        if instruction.allowsChunking {
            let cookie = self.cookie(for: instruction)
            return SetCookie.set(
                cookie,
                values: CookieChunks.split(credential, name: cookie.name),
                maxAge: instruction.maxAge,
                request: instruction.request,
                in: &response
            )
        }
        SetCookie.set(
            self.cookie(for: instruction),
            value: credential,
            maxAge: instruction.maxAge,
            isSecureConnection: instruction.request.isSecure,
            in: &response
        )
    }

    public func clear(_ instruction: CredentialDelivery, in response: inout HTTPFields) {
        if instruction.allowsChunking {
            return SetCookie.clear(self.cookie(for: instruction), request: instruction.request, in: &response)
        }
        SetCookie.clear(
            self.cookie(for: instruction),
            isSecureConnection: instruction.request.isSecure,
            in: &response
        )
    }

    private func cookie(for instruction: CredentialDelivery) -> CookieTemplate {
        guard self.configuration.cookieForRequest != nil || instruction.cookieOverrides != nil else {
            return self.cookie
        }
        return CookieTemplate(self.configuration.cookie(for: instruction.request, with: instruction.cookieOverrides))
    }
}

extension SessionCookie {
    /// The attributes, as in a `Set-Cookie` field on a secure connection.
    fileprivate var shortAttributes: String {
        String(CookieTemplate(self).attributes(isSecureConnection: true).dropFirst(2))
    }
}
