"""Load at a constant rate, which slow responses do not lower: constant_rate.py RATE SECONDS PORT FILE.

Each line of the file is a group and a session token of it. All groups get the same share of the requests. Prints
"started" at the start, and at the end a line for each group: the number of responses with 200, with 503 and with
another status, and the median and the 99th percentile of the latency with 200, in milliseconds. The last line is the
measured rate."""

import collections
import itertools
import pathlib
import statistics
import sys
import threading
import time

from checks import Failure, run_checks
from pipelining import PipelinedConnection, request

# The number of requests of a group that may be in flight.
CONNECTIONS = 32


class Group:
    def __init__(self, tokens, rate, seconds, port):
        self.tokens, self.rate, self.port = tokens, rate, port
        self.numbers = iter(range(int(rate * seconds)))
        self.times, self.statuses = [], collections.Counter()

    def send(self, begin):
        connection = PipelinedConnection(self.port)
        for number in self.numbers:
            due = begin + number / self.rate
            time.sleep(max(0, due - time.monotonic()))
            token = self.tokens[number % len(self.tokens)]
            # Every third request increments a counter, the others read it.
            parts = ("GET", "/api/session/values/n") if number % 3 else ("POST", "/api/session/increment/n")
            start = time.monotonic()
            [(status, _)] = connection.send([request(*parts, token)])
            if status == 200:
                self.times.append(time.monotonic() - start)
            self.statuses[status if status in (200, 503) else "other"] += 1

    def report(self):
        times = statistics.quantiles(self.times, n=100) if len(self.times) > 1 else [0] * 99
        counts = (self.statuses[status] for status in (200, 503, "other"))
        return (*counts, f"{times[49] * 1000:.2f}", f"{times[98] * 1000:.2f}")


def run():
    rate, seconds, port = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    tokens = collections.defaultdict(list)
    for line in pathlib.Path(sys.argv[4]).read_text().splitlines():
        group, token = line.split()
        tokens[group].append(token)
    groups = {name: Group(own, rate / len(tokens), seconds, port) for name, own in tokens.items()}
    failures = []
    begin = time.monotonic()
    print("started", flush=True)

    def send(group):
        try:
            group.send(begin)
        except Exception as error:
            failures.append(error)

    threads = [
        threading.Thread(target=send, args=(group,), daemon=True)
        for group, _ in itertools.product(groups.values(), range(CONNECTIONS))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        raise failure if isinstance(failure, Failure) else Failure(repr(failure))
    for name, group in sorted(groups.items()):
        print(name, *group.report())
    count = sum(sum(group.statuses.values()) for group in groups.values())
    print("rate", round(count / (time.monotonic() - begin)))


run_checks(run)
