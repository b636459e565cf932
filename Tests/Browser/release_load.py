"""Two releases of a server on one store, during a rollout, a rollback and a second rollout under load:
release_load.py PROGRAMS STORE. Fails if a request fails, if an article or an increment is lost or doubled, or if the
newer form of a value is lost while the older release writes.

PROGRAMS is the folder of FirstRelease and SecondRelease. Two processes serve, and one after the other is replaced: it
gets no new request, finishes those in progress, and ends."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

from checks import Failure, expect, ok, require, run_checks
from client import Client
from counters import Counters

VISITORS = 40
THREADS = 12
# How many responses each phase has.
PHASE = 300


class Server:
    """A process of a release."""

    def __init__(self, folder, release, store):
        self.release = release
        self.process = subprocess.Popen(
            [os.path.join(folder, release)], stdout=subprocess.PIPE, text=True, env={**os.environ, "STORE": store}
        )
        listening = re.search(r"listens on http://127\.0\.0\.1:(\d+)", self.process.stdout.readline())
        require(listening is not None, f"{release} did not start")
        self.port = int(listening[1])
        self.requests = 0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        expect(f"the exit code of {self.release} after SIGTERM", self.process.returncode, 0)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Rotation:
    """The servers that get requests, as a load balancer knows them."""

    def __init__(self):
        self.servers, self.condition = [], threading.Condition()

    def add(self, server):
        with self.condition:
            self.servers.append(server)

    def drain(self, server):
        """Removes a server, and waits for its requests."""
        with self.condition:
            self.servers.remove(server)
            require(
                self.condition.wait_for(lambda: server.requests == 0, timeout=30),
                f"{server.release} did not finish its requests within 30 s",
            )

    def take(self, random_source):
        with self.condition:
            server = random_source.choice(self.servers)
            server.requests += 1
            return server

    def give_back(self, server):
        with self.condition:
            server.requests -= 1
            self.condition.notify_all()


class Visitor:
    """A visitor, and what servers have acknowledged."""

    def __init__(self):
        self.token, self.lock = None, threading.Lock()
        self.articles, self.views = set(), 0

    def note(self, article=None):
        with self.lock:
            self.views += 1
            if article is not None:
                self.articles.add(article)

    def verify(self, seen, who):
        articles = seen["articles"]
        expect(f"the articles that {who} finds twice", len(articles) - len(set(articles)), 0)
        expect(f"the articles that {who} does not find", self.articles - set(articles), set())
        expect(f"the number of articles for {who}", (len(articles), seen["count"]), (len(self.articles),) * 2)
        expect(f"the number of changes for {who}", seen["views"], self.views)


class ReleaseLoad:
    def __init__(self, folder, store):
        self.folder, self.store = folder, store
        self.rotation, self.counters = Rotation(), Counters()
        self.visitors = [Visitor() for _ in range(VISITORS)]
        self.servers, self.failures = [], []
        self.is_stopped = threading.Event()

    def start(self, release):
        server = Server(self.folder, release, self.store)
        self.servers.append(server)
        self.rotation.add(server)
        return server

    def replace(self, server, release):
        self.rotation.drain(server)
        server.stop()
        return self.start(release)

    def send(self, client, method, path, visitor):
        response = client.send(method, path, visitor.token)
        expect(f"the status of {method} {path}", response.status, 200)
        return response

    def for_each_visitor(self, server, method, path):
        """Sends a request of each visitor to one server, and returns what it sees in the sessions."""
        client = Client(server.port, self.counters)
        seen = []
        for visitor in self.visitors:
            response = self.send(client, method, path, visitor)
            if response.cookie:
                visitor.token = response.cookie
            if method != "GET":
                visitor.note()
            seen.append(response.json)
        client.close()
        return seen

    def cities(self, server):
        return {seen.get("city") for seen in self.for_each_visitor(server, "GET", "/session")}

    def run_client(self, number):
        random_source, clients, sent = random.Random(number), {}, 0
        try:
            while not self.is_stopped.is_set():
                visitor, server = random_source.choice(self.visitors), self.rotation.take(random_source)
                try:
                    client = clients.setdefault(server.port, Client(server.port, self.counters))
                    sent += 1
                    article = f"{number}-{sent}" if sent % 4 else None
                    path = f"/articles/{article}" if article else "/views"
                    response = self.send(client, "POST", path, visitor)
                    expect("the release that answers", response.json["release"], server.release)
                    visitor.note(article)
                    self.counters.add(server.release)
                finally:
                    self.rotation.give_back(server)
        except Exception as error:
            self.failures.append(error)
            self.is_stopped.set()

    def wait_for_responses(self, *releases):
        """Waits until each of the releases has answered, while clients send requests."""
        wanted = {release: self.counters[release] + PHASE // len(releases) for release in releases}
        deadline = time.monotonic() + 60
        while any(self.counters[release] < number for release, number in wanted.items()):
            self.raise_failure()
            require(time.monotonic() < deadline, f"{' and '.join(releases)} did not answer {PHASE} requests in 60 s")
            time.sleep(0.01)

    def raise_failure(self):
        for failure in self.failures:
            raise failure if isinstance(failure, Failure) else Failure(repr(failure))

    def run(self):
        try:
            self.roll_out_and_back()
        finally:
            self.is_stopped.set()
            for server in self.servers:
                server.kill()

    def roll_out_and_back(self):
        old, new = "FirstRelease", "SecondRelease"
        left, right = self.start(old), self.start(old)
        self.for_each_visitor(left, "PUT", "/address/London")
        threads = [threading.Thread(target=self.run_client, args=(number,), daemon=True) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        self.wait_for_responses(old)

        left = self.replace(left, new)
        self.wait_for_responses(old, new)
        expect("the cities that the newer release reads in the older form", self.cities(left), {"London"})
        right = self.replace(right, new)
        self.wait_for_responses(new)
        self.for_each_visitor(right, "PUT", "/address/York")
        ok("a rollout under load: servers of the newer release replace those of the older one")

        left = self.replace(left, old)
        self.wait_for_responses(old, new)
        expect("the cities that the newer release finds", self.cities(right), {"York"})
        right = self.replace(right, old)
        self.wait_for_responses(old)
        expect("the cities that the older release finds", self.cities(right), {None})
        self.for_each_visitor(right, "PUT", "/address/Paris")
        self.wait_for_responses(old)
        ok("a rollback under load: servers of the older release replace those of the newer one")

        left = self.replace(left, new)
        self.wait_for_responses(old, new)
        right = self.replace(right, new)
        self.wait_for_responses(new)
        self.is_stopped.set()
        for thread in threads:
            thread.join(timeout=60)
            require(not thread.is_alive(), "a client did not stop within 60 s")
        self.raise_failure()
        for server in (left, right):
            for visitor, seen in zip(self.visitors, self.for_each_visitor(server, "GET", "/session")):
                visitor.verify(seen, server.release)
            expect("the cities after the second rollout", self.cities(server), {"York"})
        expect("requests without a response", self.counters["requests without a response"], 0)
        articles = sum(len(visitor.articles) for visitor in self.visitors)
        views = sum(visitor.views for visitor in self.visitors)
        ok(
            f"{self.counters[old]} requests to the older release and {self.counters[new]} to the newer one: none failed"
            f", {articles} articles and {views} increments are there once, and the newer form of an address is kept"
        )
        for server in (left, right):
            server.stop()


run_checks(ReleaseLoad(sys.argv[1], sys.argv[2]).run)
