//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// A client that can follow the invalidations of its server.
protocol RedisTrackingExecutor: RedisCommandExecutor {
    /// Whether the client is configured for RESP3.
    var speaksRESP3: Bool { get }

    /// Begins to keep a cache in step with the keys of a prefix. It connects when the cache is used.
    ///
    /// - Returns: The connection. It is closed when nothing refers to it, and when the client shuts down.
    func track(_ keys: RedisSessionKeys, lease: Duration, in cache: RedisRecordCache) -> RedisTracking
}
#endif
