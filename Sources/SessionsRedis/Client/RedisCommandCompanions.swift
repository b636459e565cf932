//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Commands that are sent directly before and after a command, over the same connection, with nothing in between.
struct RedisCommandCompanions: Sendable {
    /// Whether to send `ASKING` first. It tells a cluster server that another server redirected the command to it.
    var isAsking = false
    /// The number of replicas that the server should wait for afterwards, and for how many milliseconds: `WAIT`.
    var wait: (replicas: Int64, milliseconds: Int64)?

    static let asking = RedisCommand("ASKING")

    /// The follow-up command. Its reply follows the command's reply. Both are in one array.
    var followUp: RedisCommand? {
        self.wait.map { RedisCommand("WAIT", RedisArgument($0.replicas), RedisArgument($0.milliseconds)) }
    }
}
#endif
