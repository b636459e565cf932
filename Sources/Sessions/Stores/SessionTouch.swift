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
    public var lastAccessedAt: SessionInstant
    /// The new end of the idle limit.
    public var expiresAt: SessionInstant

    /// Creates a touch.
    public init(lastAccessedAt: SessionInstant, expiresAt: SessionInstant) {
        self.lastAccessedAt = lastAccessedAt
        self.expiresAt = expiresAt
    }
}
