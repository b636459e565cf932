//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import SessionsRedis

// The code of the article "Near cache".

func nearStore(_ redis: RedisClient) throws -> RedisSessionStore {
    try RedisSessionStore(redis, nearCache: .leased(.milliseconds(100), maximumCount: 100_000))
}
#endif
