"""Creates anonymous sessions on one server and ends them on another, at full speed: revocation_load.py COUNT PORT PORT…
Prints the time that it took."""

import sys
import threading
import time

from checks import Failure, expect, ok, run_checks
from pipelining import PipelinedConnection, request

CONNECTIONS = 32
# The number of sessions that a thread creates before it ends them.
BATCH = 25


def create_and_end(number, left, ports):
    """Creates and ends batches of sessions until none are left."""
    connections = [PipelinedConnection(port) for port in ports]
    first = number % len(connections)
    while next(left, None) is not None:
        here, there = connections[first], connections[(first + 1) % len(connections)]
        first = (first + 1) % len(connections)
        tokens = []
        for status, cookie in here.send([request("POST", "/api/session/increment/n", None)] * BATCH):
            expect("the status of a first request", status, 200)
            tokens.append(cookie)
        for status, cookie in there.send([request("POST", "/api/session/destroy", token) for token in tokens]):
            expect("the status of a destroy", status, 200)
            expect("the cookie after a destroy", cookie, "")


def run():
    count, ports = int(sys.argv[1]), [int(port) for port in sys.argv[2:]]
    left, failures = iter(range(0, count, BATCH)), []

    def worker(number):
        try:
            create_and_end(number, left, ports)
        except Exception as error:
            failures.append(error)

    begin = time.monotonic()
    threads = [threading.Thread(target=worker, args=(number,), daemon=True) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        raise failure if isinstance(failure, Failure) else Failure(repr(failure))
    seconds = time.monotonic() - begin
    ok(f"{count} anonymous sessions were created and ended in {seconds:.0f} s, {count / seconds:.0f} a second")


run_checks(run)
