//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
public import HTTPTypes

extension HTTPField.Name {
    /// Offers the registration of a key: `Secure-Session-Registration`.
    public static let secureSessionRegistration = token("Secure-Session-Registration")
    /// A challenge for the next proof: `Secure-Session-Challenge`.
    public static let secureSessionChallenge = token("Secure-Session-Challenge")
    /// A proof: `Secure-Session-Response`.
    public static let secureSessionResponse = token("Secure-Session-Response")
    /// The session of a refresh: `Sec-Secure-Session-Id`. Scripts of a page cannot set it.
    public static let secureSessionID = token("Sec-Secure-Session-Id")
    /// Why the browser sends a request without a refresh that it owes: `Secure-Session-Skipped`.
    public static let secureSessionSkipped = token("Secure-Session-Skipped")

    /// A token is always the name of a field.
    private static func token(_ name: String) -> Self { Self(name) ?? .cookie }
}
#endif
