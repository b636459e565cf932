//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The scripts of the store, in the Lua that every Redis and Valkey supports.
///
/// Each performs one operation of the store in one atomic step on one key. The scripts read no clock and no random
/// numbers, and depend only on their arguments and the stored value, so that a replica or a log of commands repeats
/// them exactly. The server's own expiry, which they set, comes later than every limit and removes only expired
/// entries.
extension RedisScript {
    /// `KEYS[1]` is the key of a session. `ARGV[1]` is its id, and `ARGV[2]` is now.
    ///
    /// Times and versions are compared as bytes, because a Lua number is a double and would round them.
    private static let beginning = """
        local function earlier(one, at, other, otherAt)
          local oneLow, oneHigh = struct.unpack('<I4i4', one, at)
          local otherLow, otherHigh = struct.unpack('<I4i4', other, otherAt)
          return oneHigh < otherHigh or (oneHigh == otherHigh and oneLow < otherLow)
        end

        -- What there is: 'nothing', also when it is over; a 'tombstone'; a live 'record'; a 'newer' one, of a version that
        -- this one cannot read; or what is 'unreadable' for any.
        -- Not redis.call: a key that holds a list is unreadable, and no reason to fail.
        local value = redis.pcall('GET', KEYS[1])
        local state = 'unreadable'
        if not value then
          state = 'nothing'
        elseif type(value) == 'string' and #value >= 37 and string.sub(value, 1, 16) == ARGV[1] then
          local form = string.byte(value, 29)
          if form == 0 then
            state = earlier(ARGV[2], 1, value, 30) and 'tombstone' or 'nothing'
          elseif form == 1 and #value >= 78 then
            local isLive = earlier(ARGV[2], 1, value, 63) and earlier(ARGV[2], 1, value, 71)
            state = isLive and 'record' or 'nothing'
          elseif form > 1 then
            state = 'newer'
          end
        end


        """

    /// Adds a record. `ARGV[3]` is its entry, and `ARGV[4]` the time in milliseconds for which the server keeps it.
    ///
    /// Replies 1, or 0 if there already is an entry.
    static let create = RedisScript(
        Self.beginning + """
            if state ~= 'nothing' then return 0 end
            redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
            return 1
            """
    )

    /// Replaces a record. `ARGV[3]` and `ARGV[4]` are as in `create`. `ARGV[5]` is the expected version. `ARGV[6]` is 1
    /// if the index of its user already has the new state, or if it has no user.
    ///
    /// Replies 1; 3 if the record before it had another secret or user, or later limits, and must not be used any more;
    /// 0 if there is no live record; 2 if the index must be updated first; or the present entry.
    static let replace = RedisScript(
        Self.beginning + """
            if state == 'unreadable' or state == 'newer' then return value end
            if state ~= 'record' then return 0 end
            local version = string.sub(value, 31, 46)
            -- This very write, sent again because its reply was lost. What was there before it is not known.
            if version == string.sub(ARGV[3], 31, 46) then return 3 end
            if version ~= ARGV[5] then return value end
            -- Of another user, or with another end: the index must know it before it is so.
            local isIndexed = string.sub(value, 21, 28) == string.sub(ARGV[3], 21, 28)
              and string.sub(value, 71, 78) == string.sub(ARGV[3], 71, 78)
            if ARGV[6] ~= '1' and not isIndexed then return 2 end
            local mayBeUsed = string.sub(value, 21, 28) == string.sub(ARGV[3], 21, 28)
              and string.sub(value, 79, 110) == string.sub(ARGV[3], 79, 110)
              and not earlier(ARGV[3], 63, value, 63) and not earlier(ARGV[3], 71, value, 71)
            -- A record that does not grow is replaced by a server that has no memory left: it refuses no later write of a
            -- script whose first takes none. A new secret must not wait for memory.
            if #ARGV[3] <= #value then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
            redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
            return mayBeUsed and 1 or 3
            """
    )

    /// Extends a record. `ARGV[3]` is the time of the access, `ARGV[4]` the new idle end, and `ARGV[5]` the time in
    /// milliseconds for which the server should then keep it.
    ///
    /// Replies 1; 0 if there is no live record; or the present entry if it is unreadable.
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
            if accessed .. expires == string.sub(value, 55, 70) then return 1 end
            local kept = redis.call('PTTL', KEYS[1])
            if isLonger then
              local longest = struct.unpack('<I4', value, 17) * 1000
              kept = tonumber(ARGV[5])
              if longest > 0 and longest < kept then kept = longest end
            end
            -- First what takes no memory: a server that has none left refuses no later write of a script.
            if kept > 0 then redis.call('PEXPIRE', KEYS[1], string.format('%.0f', kept)) end
            redis.call('SETRANGE', KEYS[1], 54, accessed .. expires)
            return 1
            """
    )

    /// Ends a record. `ARGV[3]` is the tombstone without the secrets, and `ARGV[4]` the time in milliseconds for which
    /// the server keeps it. `ARGV[5]` is the tag of the required user, or empty. `ARGV[6]` is how many bytes of the
    /// record's entry to reply with. `ARGV[7]` is the channel on which the id of an ended session is published.
    ///
    /// Replies 0 if the record was not live, or belongs to another user. Otherwise it replies with the first bytes of
    /// the entry, which contain the user, or with 1 if it had no user. Unreadable entries are ended too. A record in a
    /// newer format is ended for its user, because a logout must not wait until the last server is updated. An entry
    /// that is not a record is ended only if no user is required.
    ///
    /// The key is removed first, to free memory for the tombstone. A server without free memory rejects a script whose
    /// first write needs memory, but no later writes.
    static let end = RedisScript(
        Self.beginning + """
            local isAnybodys = ARGV[5] == ''
            local isEnded = (state == 'record' or state == 'newer')
              and (isAnybodys or string.sub(value, 21, 28) == ARGV[5])
            local isLonger = state == 'tombstone' and isAnybodys and earlier(value, 30, ARGV[3], 30)
            local secrets = ''
            if state == 'record' then
              -- Behind the record's length of extra fields is the previous secret, the first of them, if it has one.
              local last = 119
              while last < 122 and (string.byte(value, last) or 0) > 127 do last = last + 1 end
              local hasPrevious = string.byte(value, last) ~= 0 and string.sub(value, last + 1, last + 2) == '\\1\\48'
              secrets = string.sub(value, 79, 86)
                .. (hasPrevious and string.sub(value, last + 3, last + 10) or string.rep('\\0', 8))
            elseif state == 'tombstone' then
              secrets = string.sub(value, 38, 53)
            end
            if isEnded or isLonger or (state == 'unreadable' and isAnybodys) then
              redis.call('UNLINK', KEYS[1])
              redis.call('SET', KEYS[1], ARGV[3] .. secrets, 'PX', ARGV[4])
            elseif state == 'tombstone' then
              -- Ended before, maybe by a call that could not wait for the replicas: now there is something to wait for.
              local left = redis.call('PTTL', KEYS[1])
              if left > 0 then redis.call('PEXPIRE', KEYS[1], left) end
            end
            if not isEnded then return 0 end
            -- Not redis.call: a user without the right to publish can end sessions all the same.
            redis.pcall('PUBLISH', ARGV[7], ARGV[1])
            if state == 'newer' or string.sub(value, 21, 28) == string.rep('\\0', 8) then return 1 end
            return string.sub(value, 1, tonumber(ARGV[6]))
            """
    )
}
#endif
