"""Checks and their output: a line for each check that passed, and an exit at the first that fails."""

import signal
import sys


class Failure(Exception):
    """A check that failed. The message says what is wrong."""


def run_checks(main):
    """Runs checks until the first failure. SIGTERM exits in the ordinary way, so that every process is cleaned up."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except Failure as failure:
        sys.exit(f"not ok - {failure}")


def heading(text):
    print(f"# {text}", flush=True)


def ok(text):
    print(f"ok - {text}", flush=True)


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: expected {wanted!r}, got {got!r}")


def require(condition, what):
    if not condition:
        raise Failure(what)
