//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What happens when a session or a login looks as if someone else used it. An event is reported in any case.
public struct TheftPolicy: Sendable, Hashable {
    enum Choice: Int, Sendable, Comparable {
        case report, reauthentication, end

        static func < (left: Choice, right: Choice) -> Bool { left.rawValue < right.rawValue }
    }

    let choice: Choice

    /// Nothing but the event. This is the default: such signs are often wrong.
    public static let report = TheftPolicy(choice: .report)

    /// ``KnownDevices/check(_:)`` lets no request of the session through until the user has authenticated again
    /// (``Session/reauthenticate(credentialVersion:methods:level:)``), which also renews the token.
    public static let requireReauthentication = TheftPolicy(choice: .reauthentication)

    /// The session ends.
    public static let end = TheftPolicy(choice: .end)
}
