"""The visitors of a site whose sessions move from one store to another: movers.py PORT FOLDER. Each has a session of its
own with a counter, many are logged in, and now and then one logs out. Nobody may be logged out who did not do it, no
count may be lost, and who has logged out must stay out. FOLDER/ready is there when all is prepared, FOLDER/answered says
how many requests were answered, and FOLDER/over ends it."""

import pathlib
import random
import sys
import threading
import time

from checks import Failure, demand, expect, ok, tell
from client import Client
from tally import Tally

VISITORS = 24
# Sessions that nobody asks for until the end.
SLEEPERS = 1_500


class Visitor:
    """A browser with one cookie."""

    def __init__(self, port, tally, tokens):
        self.client, self.tokens = Client(port, tally), tokens
        self.token, self.count, self.is_logged_in = None, 0, False

    def send(self, method, path, body=None):
        answer = self.client.send(method, path, self.token, body)
        demand(answer.status < 300, f"{method} {path}, {self.count} times counted: answered with {answer.status}")
        if answer.cookie is not None:
            self.token = answer.cookie or None
            if self.token:
                self.tokens.append(self.token)
        return answer

    def increment(self):
        self.count += 1
        expect("the counter", self.send("POST", "/api/session/increment/n").json, {"value": self.count})

    def log_in(self):
        self.send("POST", "/api/login", {"username": "ada", "password": "lovelace"})
        self.is_logged_in = True

    def look(self):
        """Asks who is logged in, and what was counted."""
        if self.is_logged_in:
            expect("who is logged in", self.send("GET", "/api/me").json, {"subject": "ada"})
        if self.count:
            expect("the counter", self.send("GET", "/api/session/values/n").json, self.count)

    def log_out(self):
        """Gives the token that is worth nothing from now on, and is a stranger."""
        token = self.token
        self.send("POST", "/api/logout")
        expect("the cookie after the log-out", self.token, None)
        self.count, self.is_logged_in = 0, False
        return token


class Site:
    def __init__(self, port, folder):
        self.port, self.folder = port, pathlib.Path(folder)
        self.tally, self.tokens = Tally(), []
        # Tokens of sessions in which somebody has logged out.
        self.ended = []
        self.failures = []
        self.is_over = threading.Event()

    def visitor(self):
        return Visitor(self.port, self.tally, self.tokens)

    def live(self, chance):
        """One visitor, until it is over."""
        try:
            visitor = self.visitor()
            while not self.is_over.is_set():
                step = chance.random()
                if step < 0.55:
                    visitor.increment()
                elif step < 0.85:
                    visitor.look()
                elif step < 0.93 and not visitor.is_logged_in:
                    visitor.log_in()
                elif step < 0.95 and visitor.is_logged_in:
                    self.ended.append(visitor.log_out())
                    self.tally.add("log-outs")
                elif self.ended:
                    self.try_again(chance.choice(self.ended))
            visitor.look()
        except Exception as error:
            self.failures.append(error)
            self.is_over.set()

    def try_again(self, token):
        """A token of somebody who has logged out."""
        thief = self.visitor()
        answer = thief.client.send("GET", "/api/me", token)
        expect("a token after its log-out", answer.status, 401)
        thief.client.close()

    def in_parallel(self, bodies):
        def run(body):
            try:
                body()
            except Exception as error:
                self.failures.append(error)

        threads = [threading.Thread(target=run, args=(body,), daemon=True) for body in bodies]
        for thread in threads:
            thread.start()
        return threads

    def join(self, threads):
        for thread in threads:
            thread.join(timeout=120)
            demand(not thread.is_alive(), "a visitor did not come to an end within 120 s")
        for failure in self.failures:
            raise failure if isinstance(failure, Failure) else Failure(repr(failure))

    def run(self):
        sleepers = [self.visitor() for _ in range(SLEEPERS)]

        def wake_up(first):
            for number, visitor in enumerate(sleepers[first::16]):
                if number % 3 == 0:
                    visitor.log_in()
                visitor.increment()
                visitor.client.close()

        self.join(self.in_parallel([lambda first=first: wake_up(first) for first in range(16)]))
        threads = self.in_parallel(
            [lambda seed=seed: self.live(random.Random(seed)) for seed in range(VISITORS)]
        )
        self.note("answered", "0")
        (self.folder / "ready").touch()
        while not (self.folder / "over").exists() and not self.is_over.is_set():
            self.note("answered", str(self.tally["requests answered"]))
            time.sleep(0.1)
        self.is_over.set()
        self.join(threads)

        def look(first):
            for visitor in sleepers[first::16]:
                visitor.look()
                visitor.client.close()

        self.join(self.in_parallel([lambda first=first: look(first) for first in range(16)]))
        for token in self.ended:
            self.try_again(token)
        self.note("tokens", "\n".join(self.tokens) + "\n")
        demand(self.tally["log-outs"] > 0, "nobody has logged out")
        expect("requests without an answer", self.tally["requests without an answer"], 0)
        ok(
            f"{self.tally['requests answered']} requests were answered, and every counter is exact; {VISITORS + SLEEPERS}"
            f" visitors stayed who they were, and the {len(self.ended)} sessions that were logged out stayed ended"
        )

    def note(self, name, text):
        # In one step, for whoever reads it meanwhile.
        (self.folder / f"{name}.new").write_text(text)
        (self.folder / f"{name}.new").rename(self.folder / name)


tell(Site(int(sys.argv[1]), sys.argv[2]).run)
