"""Key rotation under load: clients use two servers with sealed sessions while the key file changes. Fails if a user is
logged out, if an increment is lost, or on a 5xx. A cookie that was sealed with a removed key must be rejected."""

import argparse
import os
import tempfile
import threading
import time

from checks import expect, ok, require, run_checks
from client import Client
from counters import Counters
from showcase import Showcase, new_key
from soak_client import COUNT, PASSWORDS

ROTATIONS, REQUESTS, CLIENTS = 3, 10_000, 8
# The limit of every wait, in seconds. A server reads its keys every second.
TIMEOUT = 30


class LoggedInClient:
    """A logged-in client that alternates between the servers."""

    def __init__(self, ports, username, counters):
        self.clients = [Client(port, counters) for port in ports]
        self.username, self.counters = username, counters
        self.count = self.responses = 0
        credentials = {"username": username, "password": PASSWORDS[username]}
        response = self.clients[0].send("POST", "/api/login", None, credentials)
        expect("the status of a login", response.status, 201)
        self.cookie = response.cookie

    def run(self, is_stopped, failures):
        try:
            while not is_stopped.is_set():
                client = self.clients[self.responses % len(self.clients)]
                if self.responses % 10 == 0:
                    expect("who is logged in", self.subject(client, self.cookie), self.username)
                self.count += 1
                response = client.send("POST", COUNT, self.cookie)
                expect(f"a count of {self.username}", (response.status, response.json), (200, {"value": self.count}))
                self.cookie = response.cookie
                self.responses += 1
        except Exception as error:
            failures.append(error)
        finally:
            for client in self.clients:
                client.close()

    @staticmethod
    def subject(client, cookie):
        return client.send("GET", "/api/session", cookie).json["subject"]


class KeyFile:
    """A key file and the logs of the servers that read it."""

    def __init__(self, path, logs):
        self.path, self.logs = path, logs
        self.keys = [new_key()]
        self._write()

    def change(self, keys):
        """Writes the file and waits until all servers have read it."""
        before = [self._changes(log) for log in self.logs]
        self.keys = keys
        self._write()
        wait_until("a server did not reload its keys", lambda: all(
            self._changes(log) > count for log, count in zip(self.logs, before)
        ))

    def _write(self):
        with open(f"{self.path}.new", "w") as file:
            file.write("\n".join(self.keys) + "\n")
        os.rename(f"{self.path}.new", self.path)

    @staticmethod
    def _changes(log):
        with open(log) as lines:
            return lines.read().count("The secret keys have changed")


def wait_until(what, condition):
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        require(time.monotonic() < deadline, what)
        time.sleep(0.02)


class Rotation:
    def __init__(self, ports, keys, clients, failures):
        self.ports, self.keys, self.clients, self.failures = ports, keys, clients, failures

    def run(self):
        """Adds a new key last, then moves it first, so that no server seals with a key that another does not know."""
        kept, old = self.clients[0].cookie, self.keys.keys
        new = new_key()
        self.keys.change([*old, new])
        self.keys.change([new, *old])
        self._wait_for_all_clients()
        self._expect_subject("who is logged in with a cookie of the old key", kept, self.clients[0].username)
        self.keys.change([new])
        self._expect_subject("who is logged in with a cookie of a removed key", kept, None)
        self._wait_for_all_clients()

    def _wait_for_all_clients(self):
        """Waits until every client has used both servers."""
        responses = [client.responses + 2 * len(self.ports) for client in self.clients]
        wait_until("a client makes no progress", lambda: self._has_failed() or all(
            client.responses >= number for client, number in zip(self.clients, responses)
        ))

    def _has_failed(self):
        for failure in self.failures:
            raise failure
        return False

    def _expect_subject(self, what, cookie, wanted):
        for port in self.ports:
            client = Client(port, Counters())
            expect(what, LoggedInClient.subject(client, cookie), wanted)
            client.close()


def rotate(ports, keys):
    counters, is_stopped, failures = Counters(), threading.Event(), []
    names = list(PASSWORDS)
    clients = [LoggedInClient(ports, names[number % len(names)], counters) for number in range(CLIENTS)]
    threads = [threading.Thread(target=client.run, args=(is_stopped, failures), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    rotation = Rotation(ports, keys, clients, failures)
    try:
        for _ in range(ROTATIONS):
            rotation.run()
        while counters["responses"] < REQUESTS and not failures:
            time.sleep(0.02)
    finally:
        is_stopped.set()
    for thread in threads:
        thread.join(timeout=TIMEOUT)
        require(not thread.is_alive(), f"a client did not stop within {TIMEOUT} s")
    for failure in failures:
        raise failure
    expect("requests without a response", counters["requests without a response"], 0)
    return counters["responses"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the Showcase")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        logs = [f"{folder}/first.log", f"{folder}/second.log"]
        options = ["--store", "sealed", "--keys", f"{folder}/keys", "--revocation", f"sqlite:{folder}/endings.sqlite"]
        for log in logs:
            open(log, "w").close()
        keys = KeyFile(f"{folder}/keys", logs)
        options += ["--log-level", "notice"]
        servers = [Showcase(arguments.program, log, *options) for log in logs]
        with servers[0], servers[1]:
            responses = rotate([server.port for server in servers], keys)
            for server in servers:
                server.stop()
    ok(f"{ROTATIONS} key rotations during {responses:,} responses log no user out")
    ok("a cookie of a removed key is rejected")


run_checks(main)
