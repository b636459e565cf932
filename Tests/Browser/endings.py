"""Visitors without a login who get a session at one server and end it at another: endings.py COUNT PORT PORT… They do it
as fast as the servers let them, and say how long it took."""

import sys
import threading
import time

from checks import Failure, expect, ok, tell
from pipe import Pipe, request

VISITORS = 32
# How many sessions a visitor gets before the first of them ends.
BATCH = 25


def visit(number, left, ports):
    """Gets and ends sessions until none are left."""
    pipes = [Pipe(port) for port in ports]
    first = number % len(pipes)
    while next(left, None) is not None:
        here, there = pipes[first], pipes[(first + 1) % len(pipes)]
        first = (first + 1) % len(pipes)
        tokens = []
        for status, cookie in here.send([request("POST", "/api/session/increment/n", None)] * BATCH):
            expect("the status of a first visit", status, 200)
            tokens.append(cookie)
        for status, cookie in there.send([request("POST", "/api/session/destroy", token) for token in tokens]):
            expect("the status of an ending", status, 200)
            expect("the cookie after it", cookie, "")


def run():
    count, ports = int(sys.argv[1]), [int(port) for port in sys.argv[2:]]
    left, failures = iter(range(0, count, BATCH)), []

    def visitor(number):
        try:
            visit(number, left, ports)
        except Exception as error:
            failures.append(error)

    begin = time.monotonic()
    threads = [threading.Thread(target=visitor, args=(number,), daemon=True) for number in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        raise failure if isinstance(failure, Failure) else Failure(repr(failure))
    seconds = time.monotonic() - begin
    ok(f"{count} sessions without a login began and ended in {seconds:.0f} s, {count / seconds:.0f} a second")


tell(run)
