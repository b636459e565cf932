"""The soak test: many clients use a Showcase on SQLite while it is restarted and killed. Fails if an acknowledged write
is lost, if a client sees the session of another, on a 5xx, or if the memory grows while the server runs undisturbed."""

import argparse
import random
import re
import statistics
import tempfile
import threading
import time

from checks import ok, require, run_checks
from counters import Counters
from showcase import Showcase
from soak_client import SoakClient

RENEW_AFTER = 6
# The share of the time, at the end, without restarts, and the share of that for the warm-up.
UNDISTURBED, WARM_UP = 0.4, 0.2
MEGABYTE = 1_000_000
# The allocator may add a tenth. A leak of a few hundred bytes a request would add far more.
MAXIMUM_GROWTH = 0.1


class Soak:
    def __init__(self, showcase, seconds, clients, random_source):
        self.showcase, self.random_source = showcase, random_source
        self.counters = Counters()
        self.is_stopped = threading.Event()
        self.failures = []
        begin = time.monotonic()
        self.undisturbed_from, self.end = begin + seconds * (1 - UNDISTURBED), begin + seconds
        # After the warm-up: the memory of the server in bytes, and the number of responses so far.
        self.samples = []
        self.threads = [
            threading.Thread(
                target=self._run_client, args=(f"client-{number}", random.Random(random_source.random())), daemon=True
            )
            for number in range(clients)
        ]

    def run(self):
        for thread in self.threads:
            thread.start()
        try:
            self._restart_at_random()
            self._measure()
        finally:
            self.is_stopped.set()
        for thread in self.threads:
            thread.join(timeout=120)
            require(not thread.is_alive(), "a client did not stop within 120 s")
        self._raise_failures()

    def _run_client(self, name, random_source):
        try:
            SoakClient(name, self.showcase.port, RENEW_AFTER, random_source, self.counters).run(self.is_stopped)
        except Exception as error:
            self.failures.append(error)

    def _restart_at_random(self):
        while self._pause(self.random_source.uniform(2, 12)) < self.undisturbed_from:
            if self.random_source.random() < 0.4:
                self.showcase.kill()
                self.counters.add("restarts after kill -9")
            else:
                self.showcase.stop()
                self.counters.add("restarts after SIGTERM")
            self.showcase.start()

    def _measure(self):
        self._pause(self.undisturbed_from + (self.end - self.undisturbed_from) * WARM_UP - time.monotonic())
        while self._pause(0.5) < self.end:
            self.samples.append((self.showcase.resident_bytes(), self.counters["responses"]))

    def _pause(self, seconds):
        """Waits, or raises the first failure. Returns the time."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            self._raise_failures()
            time.sleep(min(0.5, until - now))
        return now

    def _raise_failures(self):
        for failure in self.failures:
            raise failure

    def memory(self):
        """The median memory in the first and the last third of the samples, in bytes, and the responses between them."""
        third = len(self.samples) // 3
        first, last = self.samples[:third], self.samples[-third:]
        medians = [statistics.median(size for size, _ in part) for part in (first, last)]
        return *medians, statistics.median(n for _, n in last) - statistics.median(n for _, n in first)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the Showcase")
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    require(arguments.seconds >= 30, "measuring the memory takes at least 30 seconds")
    print(f"{arguments.clients} clients for {arguments.seconds:.0f} s, seed {arguments.seed}.", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/server.log"
        options = ["--store", f"sqlite:{folder}/sessions.sqlite", "--renew-after", f"{RENEW_AFTER}s"]
        options += ["--idle-timeout", "2m", "--touch-after", "1s"]
        with Showcase(arguments.program, log, *options) as showcase:
            soak = Soak(showcase, arguments.seconds, arguments.clients, random.Random(arguments.seed))
            soak.run()
            showcase.stop()
        with open(log) as lines:
            errors = [line for line in lines if re.search(r" (error|critical) ", line)]
        for name, number in sorted(soak.counters.counts.items()):
            print(f"{number:>10,} {name}")
        print(f"{soak.counters['responses'] / arguments.seconds:>10,.0f} requests a second")
        before, after, requests = soak.memory()
        print(f"Memory without restarts: {before / MEGABYTE:.1f} MB, and {requests:,.0f} responses later "
              f"{after / MEGABYTE:.1f} MB: {(after - before) / max(1, requests):+.1f} bytes a response.")
        require(not errors, f"the server logged {len(errors)} errors; the first is {errors[:1]}")
        require(after <= before * (1 + MAXIMUM_GROWTH), "the memory of the server grows")
    ok("no session was lost, confused or revived, and the memory is flat")


run_checks(main)
