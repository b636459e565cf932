"""What a story says: a line for what was checked, and the end at the first thing that is not so."""

import signal
import sys


class Failure(Exception):
    """Something is not as it should be, in words."""


def tell(story):
    """Runs a story to its end, or to the first failure. Whoever ends it from outside leaves no process behind
    either."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        story()
    except Failure as failure:
        sys.exit(f"not ok - {failure}")


def heading(text):
    print(f"# {text}", flush=True)


def ok(text):
    print(f"ok - {text}", flush=True)


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: expected {wanted!r}, got {got!r}")


def demand(condition, what):
    if not condition:
        raise Failure(what)
