//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import Foundation
import JWTKit

/// The claims of a logout token. Whether they are there and valid is for ``LogoutTokenCheck``.
struct LogoutClaims: JWTPayload {
    private enum CodingKeys: String, CodingKey {
        case iss, aud, iat, exp, jti, events, nonce, sid, sub
    }

    private struct EventName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The member of `events` that makes a token one of a logout.
    static let event = "http://schemas.openid.net/event/backchannel-logout"

    var issuer: String?
    var audience: [String] = []
    /// In seconds since 1970.
    var time: Double?
    var end: Double?
    var identifier: String?
    var hasEvent = false
    var hasNonce = false
    var session: String?
    var subject: String?

    init(from decoder: any Decoder) throws {
        let claims = try decoder.container(keyedBy: CodingKeys.self)
        self.issuer = try claims.decodeIfPresent(String.self, forKey: .iss)
        if let one = try? claims.decode(String.self, forKey: .aud) {
            self.audience = [one]
        } else {
            self.audience = try claims.decodeIfPresent([String].self, forKey: .aud) ?? []
        }
        self.time = try claims.decodeIfPresent(Double.self, forKey: .iat)
        self.end = try claims.decodeIfPresent(Double.self, forKey: .exp)
        self.identifier = try claims.decodeIfPresent(String.self, forKey: .jti)
        self.session = try claims.decodeIfPresent(String.self, forKey: .sid)
        self.subject = try claims.decodeIfPresent(String.self, forKey: .sub)
        self.hasNonce = claims.contains(.nonce)
        if let events = try? claims.nestedContainer(keyedBy: EventName.self, forKey: .events) {
            let name = EventName(stringValue: Self.event)
            self.hasEvent = (try? events.nestedContainer(keyedBy: EventName.self, forKey: name)) != nil
        }
    }

    /// The protocol asks for it; nothing here makes logout tokens.
    func encode(to encoder: any Encoder) throws {
        var claims = encoder.container(keyedBy: CodingKeys.self)
        try claims.encodeIfPresent(self.issuer, forKey: .iss)
        try claims.encode(self.audience, forKey: .aud)
        try claims.encodeIfPresent(self.time, forKey: .iat)
        try claims.encodeIfPresent(self.end, forKey: .exp)
        try claims.encodeIfPresent(self.identifier, forKey: .jti)
        try claims.encodeIfPresent(self.session, forKey: .sid)
        try claims.encodeIfPresent(self.subject, forKey: .sub)
    }

    /// Claims are checked after the signature, by the clock of the application.
    func verify(using algorithm: some JWTAlgorithm) throws {}
}
#endif
