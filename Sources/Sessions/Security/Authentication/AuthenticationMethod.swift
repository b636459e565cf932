//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A method by which a user authenticates, as named in RFC 8176: the members of the claim `amr`.
///
/// ```swift
/// try await session.logIn("ada", methods: [.password, .oneTimePassword], level: .aal2)
/// ```
public struct AuthenticationMethod: Sendable, Hashable, CustomStringConvertible {
    /// The registered name, or one of your own.
    public var description: String { self.name.text }
    let name: ByteString

    /// Creates a method from its name: 1 to 64 printable ASCII characters, which a login checks.
    public init(_ name: String) {
        self.name = ByteString(name)
    }

    /// A password (`pwd`).
    public static let password = AuthenticationMethod("pwd")
    /// A PIN or a pattern that unlocks a key on the device (`pin`).
    public static let pin = AuthenticationMethod("pin")
    /// A one-time password of any algorithm (`otp`).
    public static let oneTimePassword = AuthenticationMethod("otp")
    /// A text message to a known number (`sms`).
    public static let textMessage = AuthenticationMethod("sms")
    /// A telephone call to a known number (`tel`).
    public static let telephoneCall = AuthenticationMethod("tel")
    /// A key in hardware, such as a security key (`hwk`).
    public static let hardwareKey = AuthenticationMethod("hwk")
    /// A key in software, such as a synchronized passkey (`swk`).
    public static let softwareKey = AuthenticationMethod("swk")
    /// A smart card (`sc`).
    public static let smartCard = AuthenticationMethod("sc")
    /// The user was present, as shown by a touch (`user`).
    public static let userPresence = AuthenticationMethod("user")
    /// A fingerprint (`fpt`).
    public static let fingerprint = AuthenticationMethod("fpt")
    /// A face (`face`).
    public static let face = AuthenticationMethod("face")
    /// Several factors, in addition to the name of each (`mfa`).
    public static let multipleFactors = AuthenticationMethod("mfa")
}
