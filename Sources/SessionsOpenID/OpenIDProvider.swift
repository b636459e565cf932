//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
/// An OpenID provider, as far as its logout tokens are concerned.
public struct OpenIDProvider: Sendable {
    /// The issuer identifier, as in ID tokens: `https://id.example`. It is compared byte by byte.
    public let issuer: String
    /// The identifier of this application at the provider: the audience of its tokens.
    public let clientID: String
    /// The keys of the provider: its JWK set (RFC 7517) as JSON, the document of `jwks_uri`. It is called for every
    /// logout token, so keep the document, and fetch it again when it is old or a token has an unknown key.
    public let keys: @Sendable () async throws -> String

    /// Creates a description.
    public init(issuer: String, clientID: String, keys: @escaping @Sendable () async throws -> String) {
        self.issuer = issuer
        self.clientID = clientID
        self.keys = keys
    }
}
#endif
