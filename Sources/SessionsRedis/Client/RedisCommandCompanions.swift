//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// What is sent directly before and after a command, over the same connection and with nothing in between.
struct RedisCommandCompanions: Sendable {
    /// Whether a server of a cluster is told first that another one sent the command there: `ASKING`.
    var isAsking = false
    /// For how many replicas the server is to wait afterwards, and for how many milliseconds: `WAIT`.
    var wait: (replicas: Int64, milliseconds: Int64)?

    static let asking = RedisCommand("ASKING")

    /// The command that follows. Its reply follows that of the command, both in one array.
    var followUp: RedisCommand? {
        self.wait.map { RedisCommand("WAIT", RedisArgument($0.replicas), RedisArgument($0.milliseconds)) }
    }
}
#endif
