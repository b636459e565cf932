//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a request gets while the store does not answer.
///
/// A store that is down is not a logout: in no case is the visitor's cookie touched.
public struct StoreFailurePolicy: Sendable, Hashable {
    enum Choice: Hashable, Sendable { case unavailable, keepResponse, anonymous }

    let choice: Choice

    /// A request that carries a token gets 503 with `Retry-After`. This is the default.
    public static let unavailable = StoreFailurePolicy(choice: .unavailable)

    /// As ``unavailable``, but a response whose session could only not be touched goes out all the same.
    public static let keepResponse = StoreFailurePolicy(choice: .keepResponse)

    /// A request goes on as a visitor without a session when its session cannot be loaded; what it sets is dropped.
    ///
    /// - Warning: For pages that are the same for everybody. A guard that asks "is nobody logged in?" is told yes.
    public static let anonymous = StoreFailurePolicy(choice: .anonymous)

    /// Whether a session that cannot be loaded is nobody's.
    var goesOnAnonymously: Bool { self.choice == .anonymous }

    /// Whether a failed touch is no reason to withhold a response.
    var forgivesTouch: Bool { self.choice != .unavailable }
}
