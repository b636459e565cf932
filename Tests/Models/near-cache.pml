/*
 * The near cache of RedisSessionStore: one session, the server that has it, one process that caches it, and another
 * process that ends it. Tests/Models/check searches all orders of what they do, with messages of any delay, a
 * connection that is lost, a server that runs a slow script, and a clock.
 *
 * The claim: after the ending has returned, no process uses the session.
 *
 * Each flaw below is a mutant that breaks the claim. Define one to see it fail:
 *   NO_WAIT            the ending returns with the reply, and does not wait for a lease
 *   LEASE_FROM_REPLY   the lease counts from the reply to the PING and not from its sending
 *   KEPT_RESERVATION   an invalidation leaves the slot of a GET that is under way
 *   KEPT_CACHE         a lost connection leaves the record and the lease
 *   ONE_PONG           one PONG gives a lease, also while the server runs a slow script
 */

#define LEASE 2
#define LAST 7

mtype = { invalidation, pong, busy };
mtype = { absent, reserved, cached };

byte now = 0;

/* The server. What it sends on the tracking connection arrives in this order. */
bool isEnded = false;
bool owesInvalidation = false;
chan pings = [1] of { byte };
chan tracking = [5] of { mtype, byte };
chan gets = [2] of { byte };
chan replies = [2] of { byte, bool };
chan endings = [1] of { bool };
chan acknowledgments = [1] of { bool };

/* The process with the cache. */
mtype slot = absent;
byte reservation = 0;
byte getCount = 0;
bool isPinged = false;
bool hasCandidate = false;
byte candidate = 0;
byte leaseEnd = 0;
byte lossCount = 0;

/* The process that ends the session. */
bool hasReturned = false;

active proctype Clock() {
    do
    :: atomic { now < LAST -> now++ }
    :: now == LAST -> break
    od
}

active proctype Server() {
    byte sent, number;
end:
    do
    :: atomic { !owesInvalidation && nfull(tracking) && nempty(pings) -> pings?sent; tracking!pong,sent }
    :: atomic { gets?number -> replies!number,isEnded }
    :: atomic {
        endings?_ ->
        isEnded = true;
        if
        :: nfull(tracking) -> tracking!invalidation,0; acknowledgments!true
        /* A slow script runs after the write: its reply is flushed, and the invalidation is not queued yet. */
        :: owesInvalidation = true; acknowledgments!true
        fi
    }
    /* While the script runs, a PING is refused. */
    :: atomic { owesInvalidation && nfull(tracking) && nempty(pings) -> pings?sent; tracking!busy,0 }
    :: atomic { owesInvalidation && len(tracking) < 4 -> owesInvalidation = false; tracking!invalidation,0 }
    /* The script has ended, and one PING is answered in front of the invalidation. */
    :: atomic {
        owesInvalidation && len(tracking) < 4 && nempty(pings) ->
        pings?sent;
        owesInvalidation = false;
        tracking!pong,sent;
        tracking!invalidation,0
    }
    od
}

active proctype Cache() {
    byte sent, number;
    bool wasEnded;
end:
    do
    /* A request uses the cached record. */
    :: atomic { slot == cached && now < leaseEnd -> assert(!hasReturned) }
    /* A request reads the record. */
    :: atomic {
        slot == absent && getCount < 3 && nfull(gets) ->
        getCount++;
        reservation = getCount;
        slot = reserved;
        gets!getCount
    }
    :: atomic {
        replies?number,wasEnded ->
        if
        :: slot == reserved && number == reservation -> slot = (wasEnded -> absent : cached)
        :: else
        fi
    }
    :: atomic { !isPinged && now < LAST -> isPinged = true; pings!now }
    :: atomic { tracking?invalidation,_ ->
        if
#ifdef KEPT_RESERVATION
        :: slot == reserved
#endif
        :: else -> slot = absent
        fi
    }
    :: atomic { tracking?busy,_ -> isPinged = false; hasCandidate = false }
    :: atomic {
        tracking?pong,sent ->
        isPinged = false;
#ifdef LEASE_FROM_REPLY
        sent = now;
#endif
#ifdef ONE_PONG
        leaseEnd = sent + LEASE;
#else
        if
        :: hasCandidate -> leaseEnd = candidate + LEASE
        :: else
        fi;
#endif
        hasCandidate = true;
        candidate = sent
    }
    /* The connection is lost with all that is on its way, and another one begins. */
    :: atomic {
        lossCount < 1 ->
        lossCount++;
        do
        :: tracking?_,_
        :: pings?_
        :: empty(tracking) && empty(pings) -> break
        od;
        isPinged = false;
        hasCandidate = false;
#ifndef KEPT_CACHE
        slot = absent;
        leaseEnd = 0
#endif
    }
    od
}

active proctype Ender() {
    byte time;
    endings!true;
    atomic { acknowledgments?_ -> time = now };
#ifndef NO_WAIT
    now >= time + LEASE;
#endif
    hasReturned = true
}
