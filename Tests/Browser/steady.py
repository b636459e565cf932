"""Visitors who come so many times a second, whatever the answers: steady.py RATE SECONDS PORT FILE. Each line of the file
is the name of a group and the token of one of its visitors; each group has the same share of the requests. Prints "begun"
when it begins, and at the end for each group how many were answered with 200, with 503 and otherwise, and the median and the 99th percentile of the times of the
first in milliseconds, and how many requests a second there were in all."""

import collections
import itertools
import pathlib
import statistics
import sys
import threading
import time

from checks import Failure, tell
from pipe import Pipe, request

# How many of a group may wait for an answer at once.
VISITORS = 32


class Group:
    def __init__(self, tokens, rate, seconds, port):
        self.tokens, self.rate, self.port = tokens, rate, port
        self.numbers = iter(range(int(rate * seconds)))
        self.times, self.statuses = [], collections.Counter()

    def visit(self, begin):
        pipe = Pipe(self.port)
        for number in self.numbers:
            due = begin + number / self.rate
            time.sleep(max(0, due - time.monotonic()))
            token = self.tokens[number % len(self.tokens)]
            # Every third request counts, the others read.
            parts = ("GET", "/api/session/values/n") if number % 3 else ("POST", "/api/session/increment/n")
            start = time.monotonic()
            [(status, _)] = pipe.send([request(*parts, token)])
            if status == 200:
                self.times.append(time.monotonic() - start)
            self.statuses[status if status in (200, 503) else "others"] += 1

    def report(self):
        times = statistics.quantiles(self.times, n=100) if len(self.times) > 1 else [0] * 99
        counts = (self.statuses[status] for status in (200, 503, "others"))
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
    print("begun", flush=True)

    def visitor(group):
        try:
            group.visit(begin)
        except Exception as error:
            failures.append(error)

    threads = [
        threading.Thread(target=visitor, args=(group,), daemon=True)
        for group, _ in itertools.product(groups.values(), range(VISITORS))
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


tell(run)
