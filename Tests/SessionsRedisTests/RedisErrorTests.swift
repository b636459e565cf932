//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import SessionsRedis
import Testing

@Suite("Errors of Redis")
struct RedisErrorTests {
    @Test("an error reply gets its code from its first word")
    func codes() {
        #expect(RedisError(reply: "NOSCRIPT No matching script.").code == .noScript)
        #expect(RedisError(reply: "OOM command not allowed").code == .outOfMemory)
        #expect(RedisError(reply: "LOADING").code == .loading)
        #expect(RedisError(reply: "OOMPH is no prefix").code == .server)
        #expect(RedisError(reply: "").code == .server)
    }

    @Test("an error reply that repeats the arguments of a command loses them")
    func arguments() {
        let error = RedisError(reply: "ERR unknown command 'SETT', with args beginning with: 'key' 'secret' ")
        #expect(error.description == "server: ERR unknown command 'SETT'")
        #expect(!error.mayHaveRun)
        #expect(RedisError(reply: String(repeating: "x", count: 5000)).message.count == 512)
    }
}
#endif
