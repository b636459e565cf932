"""Load during a migration between two stores: migration_load.py PORT FOLDER. Clients count, log in and log out.
Fails if a user is logged out unexpectedly, if an increment is lost, or if a session is valid after its logout.

FOLDER/ready exists when all sessions are created. FOLDER/responses has the number of responses. The load ends when
FOLDER/stop exists, and then writes all tokens to FOLDER/tokens."""

import pathlib
import random
import sys
import threading
import time

from checks import Failure, expect, ok, require, run_checks
from client import Client
from counters import Counters

ACTIVE_SESSIONS = 24
# Sessions that no request uses until the end.
IDLE_SESSIONS = 1_500


class SessionClient:
    """A client with one session cookie, and what it expects of the session."""

    def __init__(self, port, counters, tokens):
        self.client, self.tokens = Client(port, counters), tokens
        self.token, self.count, self.is_logged_in = None, 0, False

    def send(self, method, path, body=None):
        response = self.client.send(method, path, self.token, body)
        require(response.status < 300, f"{method} {path} got {response.status} after {self.count} increments")
        if response.cookie is not None:
            self.token = response.cookie or None
            if self.token:
                self.tokens.append(self.token)
        return response

    def increment(self):
        self.count += 1
        expect("the counter", self.send("POST", "/api/session/increment/n").json, {"value": self.count})

    def log_in(self):
        self.send("POST", "/api/login", {"username": "ada", "password": "lovelace"})
        self.is_logged_in = True

    def verify(self):
        """Checks who is logged in and the counter."""
        if self.is_logged_in:
            expect("who is logged in", self.send("GET", "/api/me").json, {"subject": "ada"})
        if self.count:
            expect("the counter", self.send("GET", "/api/session/values/n").json, self.count)

    def log_out(self):
        """Logs out and returns the token that ended."""
        token = self.token
        self.send("POST", "/api/logout")
        expect("the cookie after a logout", self.token, None)
        self.count, self.is_logged_in = 0, False
        return token


class MigrationLoad:
    def __init__(self, port, folder):
        self.port, self.folder = port, pathlib.Path(folder)
        self.counters, self.tokens = Counters(), []
        # Tokens of sessions after a logout.
        self.ended = []
        self.failures = []
        self.is_stopped = threading.Event()

    def session_client(self):
        return SessionClient(self.port, self.counters, self.tokens)

    def run_client(self, random_source):
        """Sends random requests with one session until the load ends."""
        try:
            client = self.session_client()
            while not self.is_stopped.is_set():
                step = random_source.random()
                if step < 0.55:
                    client.increment()
                elif step < 0.85:
                    client.verify()
                elif step < 0.93 and not client.is_logged_in:
                    client.log_in()
                elif step < 0.95 and client.is_logged_in:
                    self.ended.append(client.log_out())
                    self.counters.add("logouts")
                elif self.ended:
                    self.verify_ended(random_source.choice(self.ended))
            client.verify()
        except Exception as error:
            self.failures.append(error)
            self.is_stopped.set()

    def verify_ended(self, token):
        """Checks that the token of an ended session is rejected."""
        client = self.session_client()
        response = client.client.send("GET", "/api/me", token)
        expect("the status of a token after its logout", response.status, 401)
        client.client.close()

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
            require(not thread.is_alive(), "a client did not stop within 120 s")
        for failure in self.failures:
            raise failure if isinstance(failure, Failure) else Failure(repr(failure))

    def run(self):
        idle = [self.session_client() for _ in range(IDLE_SESSIONS)]

        def prepare(first):
            for number, client in enumerate(idle[first::16]):
                if number % 3 == 0:
                    client.log_in()
                client.increment()
                client.client.close()

        self.join(self.in_parallel([lambda first=first: prepare(first) for first in range(16)]))
        threads = self.in_parallel(
            [lambda seed=seed: self.run_client(random.Random(seed)) for seed in range(ACTIVE_SESSIONS)]
        )
        self.write("responses", "0")
        (self.folder / "ready").touch()
        while not (self.folder / "stop").exists() and not self.is_stopped.is_set():
            self.write("responses", str(self.counters["responses"]))
            time.sleep(0.1)
        self.is_stopped.set()
        self.join(threads)

        def verify(first):
            for client in idle[first::16]:
                client.verify()
                client.client.close()

        self.join(self.in_parallel([lambda first=first: verify(first) for first in range(16)]))
        for token in self.ended:
            self.verify_ended(token)
        self.write("tokens", "\n".join(self.tokens) + "\n")
        require(self.counters["logouts"] > 0, "no client has logged out")
        expect("requests without a response", self.counters["requests without a response"], 0)
        ok(
            f"{self.counters['responses']} responses: {ACTIVE_SESSIONS + IDLE_SESSIONS} sessions kept their user and"
            f" counter, and {len(self.ended)} sessions stayed ended after a logout"
        )

    def write(self, name, text):
        # Atomic, because a script reads the file meanwhile.
        (self.folder / f"{name}.new").write_text(text)
        (self.folder / f"{name}.new").rename(self.folder / name)


run_checks(MigrationLoad(int(sys.argv[1]), sys.argv[2]).run)
