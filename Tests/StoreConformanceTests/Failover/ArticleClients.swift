//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Logging
import Sessions
import SessionsRedis

// The code of the article "Clusters and Sentinel".

func clusterStore(logger: Logger) throws -> (RedisSessionStore, RedisClusterClient) {
    let url = "rediss-cluster://sessions:secret@a.example.com,b.example.com,c.example.com"
    let redis = try RedisClusterClient(RedisClusterConfiguration(url: url), logger: logger)
    return (try RedisSessionStore(redis), redis)
}

func watchedStore(logger: Logger) throws -> (RedisSessionStore, RedisSentinelClient) {
    var configuration = try RedisSentinelConfiguration(
        url: "redis-sentinel://sessions:secret@a.example.com,b.example.com,c.example.com/main")
    configuration.sentinel.password = "another secret"
    let redis = try RedisSentinelClient(configuration, logger: logger)
    return (try RedisSessionStore(redis), redis)
}

func carefulStore(_ redis: RedisClusterClient) throws -> RedisSessionStore {
    var configuration = RedisStoreConfiguration()
    configuration.logoutReplication = .replicas(1, within: .milliseconds(500))
    return try RedisSessionStore(redis, configuration: configuration)
}
#endif
