"""Keys that rotate under load: many visitors use two servers with sealed sessions, while the file of keys is changed
again and again. Nobody may be logged out, lose a count or get a 5xx; and what only a removed key has sealed opens
nothing any more."""

import argparse
import os
import tempfile
import threading
import time

from checks import demand, expect, ok, tell
from client import Client
from guest import COUNT, PASSWORDS
from showcase import Showcase, new_key
from tally import Tally

ROTATIONS, REQUESTS, VISITORS = 3, 10_000, 8
# A server reads its keys every second; nothing here takes longer. In seconds.
PATIENCE = 30


class Visitor:
    """Somebody who is logged in, and counts on one server after the other."""

    def __init__(self, ports, username, tally):
        self.clients = [Client(port, tally) for port in ports]
        self.username, self.tally = username, tally
        self.count = self.answers = 0
        credentials = {"username": username, "password": PASSWORDS[username]}
        answer = self.clients[0].send("POST", "/api/login", None, credentials)
        expect("the status of a login", answer.status, 201)
        self.cookie = answer.cookie

    def use(self, is_over, failures):
        try:
            while not is_over.is_set():
                client = self.clients[self.answers % len(self.clients)]
                if self.answers % 10 == 0:
                    expect("who is logged in", self.subject(client, self.cookie), self.username)
                self.count += 1
                answer = client.send("POST", COUNT, self.cookie)
                expect(f"what {self.username} counts", (answer.status, answer.json), (200, {"value": self.count}))
                self.cookie = answer.cookie
                self.answers += 1
        except Exception as error:
            failures.append(error)
        finally:
            for client in self.clients:
                client.close()

    @staticmethod
    def subject(client, cookie):
        return client.send("GET", "/api/session", cookie).json["subject"]


class Keys:
    """A file of keys, and the logs of the servers that read it."""

    def __init__(self, path, logs):
        self.path, self.logs = path, logs
        self.keys = [new_key()]
        self._write()

    def change(self, keys):
        """Writes the file anew, and waits until all servers have read it."""
        before = [self._changes(log) for log in self.logs]
        self.keys = keys
        self._write()
        wait_until("a server did not read its keys again", lambda: all(
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
    deadline = time.monotonic() + PATIENCE
    while not condition():
        demand(time.monotonic() < deadline, what)
        time.sleep(0.02)


class Rotation:
    def __init__(self, ports, keys, visitors, failures):
        self.ports, self.keys, self.visitors, self.failures = ports, keys, visitors, failures

    def run(self):
        """A new key goes behind the others first, so that no server seals with what another does not know yet."""
        kept, old = self.visitors[0].cookie, self.keys.keys
        new = new_key()
        self.keys.change([*old, new])
        self.keys.change([new, *old])
        self._wait_for_all()
        self._expect_subject("who is logged in with a cookie of the old key", kept, self.visitors[0].username)
        self.keys.change([new])
        self._expect_subject("who is logged in with a cookie of a key that was removed", kept, None)
        self._wait_for_all()

    def _wait_for_all(self):
        """Until everybody has been at both servers since."""
        answers = [visitor.answers + 2 * len(self.ports) for visitor in self.visitors]
        wait_until("a visitor stands still", lambda: self._has_failed() or all(
            visitor.answers >= number for visitor, number in zip(self.visitors, answers)
        ))

    def _has_failed(self):
        for failure in self.failures:
            raise failure
        return False

    def _expect_subject(self, what, cookie, wanted):
        for port in self.ports:
            client = Client(port, Tally())
            expect(what, Visitor.subject(client, cookie), wanted)
            client.close()


def rotate(ports, keys):
    tally, is_over, failures = Tally(), threading.Event(), []
    names = list(PASSWORDS)
    visitors = [Visitor(ports, names[number % len(names)], tally) for number in range(VISITORS)]
    threads = [threading.Thread(target=visitor.use, args=(is_over, failures), daemon=True) for visitor in visitors]
    for thread in threads:
        thread.start()
    rotation = Rotation(ports, keys, visitors, failures)
    try:
        for _ in range(ROTATIONS):
            rotation.run()
        while tally["requests answered"] < REQUESTS and not failures:
            time.sleep(0.02)
    finally:
        is_over.set()
    for thread in threads:
        thread.join(timeout=PATIENCE)
        demand(not thread.is_alive(), f"a visitor did not come to an end within {PATIENCE} s")
    for failure in failures:
        raise failure
    expect("requests without an answer", tally["requests without an answer"], 0)
    return tally["requests answered"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the Showcase")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        logs = [f"{folder}/first.log", f"{folder}/second.log"]
        options = ["--store", "sealed", "--keys", f"{folder}/keys", "--revocation", f"sqlite:{folder}/endings.sqlite"]
        for log in logs:
            open(log, "w").close()
        keys = Keys(f"{folder}/keys", logs)
        options += ["--log-level", "notice"]
        servers = [Showcase(arguments.program, log, *options) for log in logs]
        with servers[0], servers[1]:
            requests = rotate([server.port for server in servers], keys)
            for server in servers:
                server.stop()
    ok(f"in {requests:,} requests the keys rotate {ROTATIONS} times: nobody is logged out")
    ok("a cookie that only a removed key has sealed is nobody's")


tell(main)
