//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What happens when the cookie of a bound session arrives without the proof that it needs: after its lifetime, or
/// after a newer one replaced it. Browsers delete it then, so someone may have kept a copy.
public struct UnboundUsePolicy: Sendable, Hashable {
    enum Choice: Hashable, Sendable { case refuse, endSession }

    let choice: Choice

    /// The request has no session, and the session continues for the device. This is the default.
    public static let refuse = UnboundUsePolicy(choice: .refuse)

    /// The session ends, on the device too, and the user must log in again.
    ///
    /// Choose it if a stolen session costs more than a lost one: a thief was on the device or on its way to the server,
    /// and may have taken more than the cookie. A holder of an old copy can then log the user out, once.
    public static let endSession = UnboundUsePolicy(choice: .endSession)
}
