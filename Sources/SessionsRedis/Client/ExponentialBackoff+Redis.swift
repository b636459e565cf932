//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

extension ExponentialBackoff {
    /// Creates the backoff of a connection.
    init(_ configuration: RedisConfiguration, random: SessionRandom) {
        self.init(
            first: configuration.reconnectDelay,
            maximum: configuration.maximumReconnectDelay,
            random: random
        )
    }
}
#endif
