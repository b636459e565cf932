//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import SessionsRedis

/// The scripts of ``RedisExpressStore``. `KEYS[1]` is the key of a session, and `KEYS[2]` the key of its tombstone.
extension RedisScript {
    /// Replies with the text and its remaining lifetime, with 0 if the session has ended, or with null.
    static let loadText = RedisScript(
        """
        local text = redis.call('GET', KEYS[1])
        local tombstone = redis.call('GET', KEYS[2])
        if tombstone then
          -- Written back by a request of the other side that was slow.
          if text then redis.call('DEL', KEYS[1]) end
          local life, marked = string.match(tombstone, '^(%d+):(%d+)$')
          if life and tonumber(life) - redis.call('PTTL', KEYS[2]) >= tonumber(marked) then return false end
          return 0
        end
        if not text then return false end
        return {text, redis.call('PTTL', KEYS[1])}
        """
    )

    /// `ARGV[1]` is the expected text, `ARGV[2]` the new one, and `ARGV[3]` its lifetime.
    ///
    /// Replies 1; 0 if there is no text; or the present text with its remaining lifetime.
    static let replaceText = RedisScript(
        """
        local text = redis.call('GET', KEYS[1])
        if not text then return 0 end
        if text ~= ARGV[1] then return {text, redis.call('PTTL', KEYS[1])} end
        if ARGV[3] == 'kept' then
          redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
        elseif ARGV[3] == 'unlimited' then
          redis.call('SET', KEYS[1], ARGV[2])
        else
          redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
        end
        return 1
        """
    )

    /// `ARGV[1]` is the minimum lifetime. Replies 1, or 0 if there is no text.
    static let touchText = RedisScript(
        """
        local left = redis.call('PTTL', KEYS[1])
        if left == -2 then return 0 end
        if left >= 0 and ARGV[1] == 'unlimited' then
          redis.call('PERSIST', KEYS[1])
        elseif left >= 0 and ARGV[1] ~= 'kept' and left < tonumber(ARGV[1]) then
          redis.call('PEXPIRE', KEYS[1], ARGV[1])
        end
        return 1
        """
    )

    /// `ARGV[1]` is how many milliseconds the key counts as ended, and `ARGV[2]` how long its tombstone lives. The
    /// tombstone contains both. Replies 1, or 0 if there was no text.
    static let endText = RedisScript(
        """
        local count = redis.call('DEL', KEYS[1])
        if count == 1 and tonumber(ARGV[2]) > 0 then
          redis.call('SET', KEYS[2], ARGV[2] .. ':' .. ARGV[1], 'PX', ARGV[2])
        end
        return count
        """
    )
}
#endif
