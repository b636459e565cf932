"""Ends sessions that two servers read from their near caches, and sends their cookies again at once, while Redis is
frozen and emptied and connections are cut: ending_load.py COUNT REDIS_PORT REDIS_PID PORT PORT."""

import collections
import itertools
import os
import signal
import socket
import sys
import threading
import time

from checks import Failure, expect, ok, require, run_checks
from pipelining import PipelinedConnection, request

CONNECTIONS = 32
# How often a session is read to see whether a cache has it.
READS = 200
# The pause between two troubles, and how long Redis is frozen, in seconds.
PAUSE, FREEZE = 0.7, 0.12
# The limit of an operation that is repeated while Redis is in trouble, in seconds.
PATIENCE = 60


def tell(port, command):
    """Sends one command to Redis and returns the beginning of its reply."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(command.encode() + b"\r\n")
        return connection.recv(65536).decode()


def read_count(port):
    """How many sessions Redis was asked for."""
    statistics = tell(port, "INFO commandstats")
    lines = [line for line in statistics.splitlines() if line.startswith("cmdstat_get:")]
    return int(lines[0].split("calls=")[1].split(",")[0]) if lines else 0


def trouble(redis_port, redis_pid, ended):
    """Freezes Redis, cuts connections, and removes all sessions, in turn."""
    for number in itertools.count():
        if ended.wait(PAUSE):
            return
        if number % 3 == 0:
            os.kill(redis_pid, signal.SIGSTOP)
            try:
                ended.wait(FREEZE)
            finally:
                os.kill(redis_pid, signal.SIGCONT)
        else:
            tell(redis_port, "CLIENT KILL TYPE normal" if number % 3 == 1 else "FLUSHALL")


def check_caches(redis_port, ports):
    """Checks that the servers read sessions from memory. Otherwise nothing is tested."""
    worker = Worker(0, ports, collections.Counter())
    token = worker.insist(0, "/api/session/increment/n", None)
    before = read_count(redis_port)
    for server, _ in itertools.product(range(len(ports)), range(READS)):
        expect("a read of a session", worker.read(server, token), 200)
    asked, reads = read_count(redis_port) - before, READS * len(ports)
    require(asked < reads / 2, f"{asked} of {reads} reads asked Redis")
    ok(f"{reads - asked} of {reads} reads come from the near caches")


class Worker:
    """A client of both servers, which ends sessions of its own."""

    def __init__(self, number, ports, tally):
        self.number, self.tally = number, tally
        self.connections = [PipelinedConnection(port) for port in ports]

    def send(self, server, method, path, token):
        return self.connections[server].send([request(method, path, token)])[0]

    def read(self, server, token):
        """The status of a read: 200 for a session, 404 without one, and 503 while Redis is in trouble."""
        return self.send(server, "GET", "/api/session/values/n", token)[0]

    def insist(self, server, path, token):
        """Sends a request again until it has an effect. Returns the cookie."""
        deadline = time.monotonic() + PATIENCE
        while True:
            status, cookie = self.send(server, "POST", path, token)
            if status == 200:
                return cookie
            self.tally["repeated requests"] += 1
            require(status in (409, 503), f"POST {path} got {status}")
            require(time.monotonic() < deadline, f"POST {path} had no effect for {PATIENCE} s")

    def end_one(self, turn):
        here, there = (turn + self.number) % 2, (turn + self.number + 1) % 2
        token = self.insist(here, "/api/session/increment/n", None)
        for server in (here, there, here, there):
            self.tally[f"reads with {self.read(server, token)}"] += 1
        self.insist(here, "/api/session/destroy", token)
        for server in (there, here, there):
            status = self.read(server, token)
            self.tally["accepted"] += status == 200
            self.tally[f"later {status}"] += 1


def run():
    count, redis_port, redis_pid = (int(word) for word in sys.argv[1:4])
    ports = [int(port) for port in sys.argv[4:]]
    left, failures, ended = iter(range(count)), [], threading.Event()
    tallies = [collections.Counter() for _ in range(CONNECTIONS)]

    def work(number):
        try:
            worker = Worker(number, ports, tallies[number])
            for turn in left:
                worker.end_one(turn)
        except Exception as error:
            failures.append(error)

    def disturb():
        try:
            trouble(redis_port, redis_pid, ended)
        except Exception as error:
            failures.append(error)

    check_caches(redis_port, ports)
    begin = time.monotonic()
    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(CONNECTIONS)]
    disturber = threading.Thread(target=disturb, daemon=True)
    for thread in [*threads, disturber]:
        thread.start()
    for thread in threads:
        thread.join()
    ended.set()
    disturber.join()
    for failure in failures:
        raise failure if isinstance(failure, Failure) else Failure(repr(failure))
    tally = sum(tallies, collections.Counter())
    expect("reads that were accepted after an ending", tally["accepted"], 0)
    require(tally["later 404"] > count, f"only {tally['later 404']} reads after {count} endings had an answer")
    reads = tally["reads with 200"]
    require(reads > count, f"only {reads} reads of {count} sessions were accepted before their ending")
    seconds = time.monotonic() - begin
    ok(
        f"{count} endings in {seconds:.0f} s, and no session was accepted afterwards ({reads} reads before, "
        f"{tally['later 404']} after, {tally['repeated requests']} repeated requests)"
    )


run_checks(run)
