"""Counts what has happened, for many threads."""

import collections
import threading


class Tally:
    def __init__(self):
        self.counts = collections.Counter()
        self.lock = threading.Lock()

    def add(self, what, number=1):
        with self.lock:
            self.counts[what] += number

    def __getitem__(self, what):
        with self.lock:
            return self.counts[what]
