"""The soak: many guests use one Showcase on SQLite for a long time, while it is stopped and killed. Nobody may lose
what was acknowledged, see what is not theirs, or get a 5xx; and at the end, when nothing is restarted any more, the
memory must not grow."""

import argparse
import random
import re
import statistics
import tempfile
import threading
import time

from checks import demand, ok, tell
from guest import Guest
from showcase import Showcase
from tally import Tally

RENEW_AFTER = 6
# The share of the time, at the end, in which the server is left alone, and of that the share until it is warm.
CALM, WARM_UP = 0.4, 0.2
MEGABYTE = 1_000_000
# A tenth is what the allocator may take its time for; a few hundred bytes a request would be far more.
MOST_GROWTH = 0.1


class Soak:
    def __init__(self, showcase, seconds, guests, chance):
        self.showcase, self.chance = showcase, chance
        self.tally = Tally()
        self.is_over = threading.Event()
        self.failures = []
        begin = time.monotonic()
        self.calm_from, self.end = begin + seconds * (1 - CALM), begin + seconds
        # While the server is left alone and warm: its memory in bytes, and the requests answered until then.
        self.samples = []
        self.threads = [
            threading.Thread(target=self._invite, args=(f"guest-{number}", random.Random(chance.random())), daemon=True)
            for number in range(guests)
        ]

    def run(self):
        for thread in self.threads:
            thread.start()
        try:
            self._restart_now_and_then()
            self._measure()
        finally:
            self.is_over.set()
        for thread in self.threads:
            thread.join(timeout=120)
            demand(not thread.is_alive(), "a guest did not come to an end within 120 s")
        self._look_for_failures()

    def _invite(self, name, chance):
        try:
            Guest(name, self.showcase.port, RENEW_AFTER, chance, self.tally).live(self.is_over)
        except Exception as error:
            self.failures.append(error)

    def _restart_now_and_then(self):
        while self._pause(self.chance.uniform(2, 12)) < self.calm_from:
            if self.chance.random() < 0.4:
                self.showcase.kill()
                self.tally.add("restarts after kill -9")
            else:
                self.showcase.stop()
                self.tally.add("restarts after SIGTERM")
            self.showcase.start()

    def _measure(self):
        self._pause(self.calm_from + (self.end - self.calm_from) * WARM_UP - time.monotonic())
        while self._pause(0.5) < self.end:
            self.samples.append((self.showcase.resident_bytes(), self.tally["requests answered"]))

    def _pause(self, seconds):
        """Waits, but not longer than nothing is wrong; returns the time."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            self._look_for_failures()
            time.sleep(min(0.5, until - now))
        return now

    def _look_for_failures(self):
        for failure in self.failures:
            raise failure

    def memory(self):
        """The medians of the first and of the last third of the calm time, in bytes, and the requests between them."""
        third = len(self.samples) // 3
        first, last = self.samples[:third], self.samples[-third:]
        medians = [statistics.median(size for size, _ in part) for part in (first, last)]
        return *medians, statistics.median(n for _, n in last) - statistics.median(n for _, n in first)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the Showcase")
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--guests", type=int, default=16)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    demand(arguments.seconds >= 30, "in less than 30 seconds the memory cannot be measured")
    print(f"{arguments.guests} guests for {arguments.seconds:.0f} s, seed {arguments.seed}.", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/server.log"
        options = ["--store", f"sqlite:{folder}/sessions.sqlite", "--renew-after", f"{RENEW_AFTER}s"]
        options += ["--idle-timeout", "2m", "--touch-after", "1s"]
        with Showcase(arguments.program, log, *options) as showcase:
            soak = Soak(showcase, arguments.seconds, arguments.guests, random.Random(arguments.seed))
            soak.run()
            showcase.stop()
        with open(log) as lines:
            errors = [line for line in lines if re.search(r" (error|critical) ", line)]
        for what, number in sorted(soak.tally.counts.items()):
            print(f"{number:>10,} {what}")
        print(f"{soak.tally['requests answered'] / arguments.seconds:>10,.0f} requests a second")
        before, after, requests = soak.memory()
        print(f"Memory at rest from restarts: {before / MEGABYTE:.1f} MB, and {requests:,.0f} requests later "
              f"{after / MEGABYTE:.1f} MB: {(after - before) / max(1, requests):+.1f} bytes a request.")
        demand(not errors, f"the server logged {len(errors)} errors; the first is {errors[:1]}")
        demand(after <= before * (1 + MOST_GROWTH), "the memory of the server grows")
    ok("nothing was lost, mixed up or brought back, and the memory is flat")


tell(main)
