//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The scripts of the store, in Lua as every Redis and Valkey has it.
///
/// Each does what one verb of the contract asks, in one step on one key. They read no clock, draw no lots and decide only
/// by what they are given and what is there, so that a replica or a log of commands repeats them alike. The server's own
/// expiry, which they set, comes later than any limit and removes only what is over.
extension RedisScript {
    /// `KEYS[1]` is the key of a session. `ARGV[1]` is its id, `ARGV[2]` is now.
    ///
    /// Times and versions are compared as the bytes they are: a number of Lua is a double, and would round them.
    private static let beginning = """
        local function earlier(one, at, other, otherAt)
          local oneLow, oneHigh = struct.unpack('<I4i4', one, at)
          local otherLow, otherHigh = struct.unpack('<I4i4', other, otherAt)
          return oneHigh < otherHigh or (oneHigh == otherHigh and oneLow < otherLow)
        end

        -- What there is: 'nothing', also when it is over; a 'marker'; a live 'record'; a 'newer' one, of a version that
        -- this one cannot read; or what is 'unreadable' for any.
        -- Not redis.call: a key that holds a list is unreadable, and no reason to fail.
        local value = redis.pcall('GET', KEYS[1])
        local state = 'unreadable'
        if not value then
          state = 'nothing'
        elseif type(value) == 'string' and #value >= 37 and string.sub(value, 1, 16) == ARGV[1] then
          local form = string.byte(value, 29)
          if form == 0 then
            state = earlier(ARGV[2], 1, value, 30) and 'marker' or 'nothing'
          elseif form == 1 and #value >= 78 then
            local isLive = earlier(ARGV[2], 1, value, 63) and earlier(ARGV[2], 1, value, 71)
            state = isLive and 'record' or 'nothing'
          elseif form > 1 then
            state = 'newer'
          end
        end


        """

    /// Adds a record. `ARGV[3]` is its entry, `ARGV[4]` for how many milliseconds the server keeps it.
    ///
    /// Replies 1, or 0 when something is there.
    static let create = RedisScript(
        Self.beginning + """
            if state ~= 'nothing' then return 0 end
            redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
            return 1
            """
    )

    /// Replaces a record. `ARGV[3]` and `ARGV[4]` are as for a creation, `ARGV[5]` is the version it must have, and
    /// `ARGV[6]` is 1 when the index of its user knows it as it will be, or when it has no user.
    ///
    /// Replies 1; 0 when there is no live record; 2 when the index must be told first; or what is there instead.
    static let replace = RedisScript(
        Self.beginning + """
            if state == 'unreadable' or state == 'newer' then return value end
            if state ~= 'record' then return 0 end
            local version = string.sub(value, 31, 46)
            -- This very write, sent again because its reply was lost.
            if version == string.sub(ARGV[3], 31, 46) then return 1 end
            if version ~= ARGV[5] then return value end
            -- Of another user, or with another end: the index must know it before it is so.
            local isIndexed = string.sub(value, 21, 28) == string.sub(ARGV[3], 21, 28)
              and string.sub(value, 71, 78) == string.sub(ARGV[3], 71, 78)
            if ARGV[6] ~= '1' and not isIndexed then return 2 end
            redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
            return 1
            """
    )

    /// Extends a record. `ARGV[3]` is when it was used, `ARGV[4]` until when it is to live, `ARGV[5]` for how many
    /// milliseconds the server would keep it then.
    ///
    /// Replies 1; 0 when there is no live record; or what is there and unreadable.
    static let touch = RedisScript(
        Self.beginning + """
            if state == 'unreadable' or state == 'newer' then return value end
            if state ~= 'record' then return 0 end
            local accessed, expires = string.sub(value, 55, 62), string.sub(value, 63, 70)
            if earlier(accessed, 1, ARGV[3], 1) then accessed = ARGV[3] end
            local wanted = ARGV[4]
            if earlier(value, 71, wanted, 1) then wanted = string.sub(value, 71, 78) end
            local isLonger = earlier(expires, 1, wanted, 1)
            if isLonger then expires = wanted end
            if accessed .. expires ~= string.sub(value, 55, 70) then
              redis.call('SETRANGE', KEYS[1], 54, accessed .. expires)
            end
            if isLonger then
              local kept, longest = tonumber(ARGV[5]), struct.unpack('<I4', value, 17) * 1000
              if longest > 0 and longest < kept then kept = longest end
              redis.call('PEXPIRE', KEYS[1], string.format('%.0f', kept))
            end
            return 1
            """
    )

    /// Ends a record. `ARGV[3]` is the marker, `ARGV[4]` for how many milliseconds the server keeps it, `ARGV[5]` the tag
    /// of the user whose it must be, or empty.
    ///
    /// Replies 1, or 0 when it was not live, or not of that user. What cannot be read is ended too: a newer record for its
    /// user, because an ending must not wait for the last server to be updated; what is no record for nobody.
    static let end = RedisScript(
        Self.beginning + """
            local isAnybodys = ARGV[5] == ''
            local isEnded = (state == 'record' or state == 'newer')
              and (isAnybodys or string.sub(value, 21, 28) == ARGV[5])
            local isLonger = state == 'marker' and isAnybodys and earlier(value, 30, ARGV[3], 30)
            if isEnded or isLonger or (state == 'unreadable' and isAnybodys) then
              redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
            end
            return isEnded and 1 or 0
            """
    )

    /// Tells the index of a user of a session. `KEYS[1]` is the index, `ARGV[1]` the entry, `ARGV[2]` the absolute end of
    /// the session, by which it stands in order, `ARGV[3]` before when everything in the index is long over, and
    /// `ARGV[4]` for how many milliseconds the server keeps the index at the least.
    static let index = RedisScript(
        """
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
        redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then
          redis.call('PEXPIRE', KEYS[1], ARGV[4])
        end
        return 1
        """
    )
}
#endif
