//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The data of a touch: when a session was used, and how long it now lives.
public struct SessionTouch: Sendable, Equatable {
    /// When the session was used.
    public var lastAccessedAt: Instant
    /// The new end of the idle limit.
    public var expiresAt: Instant

    /// Creates a touch.
    public init(lastAccessedAt: Instant, expiresAt: Instant) {
        self.lastAccessedAt = lastAccessedAt
        self.expiresAt = expiresAt
    }
}
