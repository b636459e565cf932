//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The scripts of the index of a user's sessions, which is `KEYS[1]`.
///
/// Each finds its position by binary search: its cost is the logarithm of the number of entries, plus the size of its
/// reply. The scripts use only commands for which the store has always needed the permission.
extension RedisScript {
    /// Ranks count from the entry with the latest end. Entries with the same end are in the order of their bytes.
    private static let search = """
        local function at(rank)
          local found = redis.call('ZRANGE', KEYS[1], -1 - rank, -1 - rank, 'WITHSCORES')
          return found[1], tonumber(found[2])
        end

        -- Byte by byte: the operator of Lua compares by the server's locale.
        local function comesBefore(one, other)
          for place = 1, math.min(#one, #other) do
            local byte, otherByte = string.byte(one, place), string.byte(other, place)
            if byte ~= otherByte then return byte < otherByte end
          end
          return #one < #other
        end

        -- The first rank after a score and a member.
        local function rankAfter(score, member)
          local function isAfter(rank)
            local found, foundScore = at(rank)
            return not found or foundScore < score or (foundScore == score and comesBefore(found, member))
          end
          local low, high = 0, 1
          while not isAfter(high - 1) do low, high = high, high * 2 end
          high = high - 1
          while low < high do
            local middle = math.floor((low + high) / 2)
            if isAfter(middle) then high = middle else low = middle + 1 end
          end
          return low
        end

        -- Calls the body with each entry of an id that has a score, and its time. It says which to remove.
        local function forEachEntry(id, score, body)
          local rank = rankAfter(score, id .. ';')
          while true do
            local member, found = at(rank)
            if found ~= score or string.sub(member, 1, #id + 1) ~= id .. ':' then return end
            local writtenAt = tonumber(string.sub(member, #id + 2))
            if writtenAt and body(member, writtenAt) then
              redis.call('ZREM', KEYS[1], member)
            else
              rank = rank + 1
            end
          end
        end


        """

    /// Adds an entry. `ARGV[1]` is its member and `ARGV[2]` its score. Entries with an end up to `ARGV[3]` expired long
    /// ago and are removed. `ARGV[4]` is the minimum time in milliseconds for which the server keeps the index,
    /// `ARGV[5]` the id, `ARGV[6]` the time of writing, and `ARGV[7]` a random number.
    ///
    /// If the index has many entries, the reply has a few of them with their scores, from a random position, so that
    /// the caller can remove stale ones. This keeps an index from growing with expired sessions.
    static let index = RedisScript(
        Self.search + """
            -- First what takes memory: nothing is done when there is none.
            redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
            if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then
              redis.call('PEXPIRE', KEYS[1], ARGV[4])
            end
            -- An older entry that says the same.
            forEachEntry(ARGV[5], tonumber(ARGV[2]), function(member, writtenAt)
              return writtenAt < tonumber(ARGV[6])
            end)
            local size = 1
            while at(size * 2 - 1) do size = size * 2 end
            if size < 16 then return {} end
            local random = tonumber(ARGV[7])
            local rank = math.floor(random / 2) % size
            if random % 2 == 0 then return redis.call('ZRANGE', KEYS[1], rank, rank + 3, 'WITHSCORES') end
            return redis.call('ZRANGE', KEYS[1], -rank - 4, -rank - 1, 'WITHSCORES')
            """
    )

    /// Reads entries and their scores, in the order of the sorted set. `ARGV[1]` is the count. `ARGV[2]` and `ARGV[3]`
    /// are the score and the member after which to start.
    static let indexPage = RedisScript(
        Self.search + """
            local rank = rankAfter(tonumber(ARGV[2]), ARGV[3])
            return redis.call('ZRANGE', KEYS[1], -rank - tonumber(ARGV[1]), -rank - 1, 'WITHSCORES')
            """
    )

    /// Removes the entries of ended sessions that were written before `ARGV[1]`. The following arguments are
    /// alternating ids and ends of the sessions.
    static let unindex = RedisScript(
        Self.search + """
            for place = 2, #ARGV, 2 do
              forEachEntry(ARGV[place], tonumber(ARGV[place + 1]), function(member, writtenAt)
                return writtenAt < tonumber(ARGV[1])
              end)
            end
            return 1
            """
    )

    /// Finds out since when there is another entry of a live session. `ARGV[1]` is the id, and `ARGV[2]` the current
    /// end of the session. `ARGV[3]` is the old entry, which is removed if the other one is older than `ARGV[4]`.
    ///
    /// Replies with the time, or null if there is no other entry.
    static let supersede = RedisScript(
        Self.search + """
            local since
            forEachEntry(ARGV[1], tonumber(ARGV[2]), function(member, writtenAt)
              if not since or writtenAt < since then since = writtenAt end
            end)
            if not since then return false end
            if since <= tonumber(ARGV[4]) then redis.call('ZREM', KEYS[1], ARGV[3]) end
            return string.format('%.0f', since)
            """
    )
}
#endif
