//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a request gets while the store is unavailable.
///
/// A store outage is not a logout: the visitor's cookie is never changed. A request that only reads succeeds if its
/// session can be loaded, even if the touch or the renewal of the secret cannot be written.
public struct StoreFailurePolicy: Sendable, Hashable {
    enum Choice: Hashable, Sendable { case unavailable, anonymous }

    let choice: Choice

    /// A request that carries a token gets 503 with `Retry-After`. This is the default.
    public static let unavailable = StoreFailurePolicy(choice: .unavailable)

    /// A request whose session cannot be loaded continues without a session. Values that it sets are dropped.
    ///
    /// - Warning: Use it for pages that are the same for everyone. A guard that asks "is no one logged in?" gets yes.
    public static let anonymous = StoreFailurePolicy(choice: .anonymous)

    /// Whether a request whose session cannot be loaded continues without one.
    var continuesAnonymously: Bool { self.choice == .anonymous }
}
