"""Named counters that threads share."""

import collections
import threading


class Counters:
    def __init__(self):
        self.counts = collections.Counter()
        self.lock = threading.Lock()

    def add(self, name, number=1):
        with self.lock:
            self.counts[name] += number

    def __getitem__(self, name):
        with self.lock:
            return self.counts[name]
