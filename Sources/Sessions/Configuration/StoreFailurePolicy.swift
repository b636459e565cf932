//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a request gets while the store does not answer.
///
/// A store outage is not a logout: in no case is the visitor's cookie touched. A request that only reads is served as
/// long as its session can be loaded: that its use could not be written, or its secret not renewed, fails no response.
public struct StoreFailurePolicy: Sendable, Hashable {
    enum Choice: Hashable, Sendable { case unavailable, anonymous }

    let choice: Choice

    /// A request that carries a token gets 503 with `Retry-After`. This is the default.
    public static let unavailable = StoreFailurePolicy(choice: .unavailable)

    /// A request continues as a visitor without a session when its session cannot be loaded; what it sets is dropped.
    ///
    /// - Warning: For pages that are the same for everyone. A guard that asks "is no one logged in?" gets yes.
    public static let anonymous = StoreFailurePolicy(choice: .anonymous)

    /// Whether a request whose session cannot be loaded continues without one.
    var continuesAnonymously: Bool { self.choice == .anonymous }
}
