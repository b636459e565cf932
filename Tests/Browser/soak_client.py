"""A client of the soak test: it sends random requests and checks every response.

The client knows its acknowledged state. A lost response leaves the state uncertain until the next read. That read is
conclusive: the next server starts after the previous one has exited, so no request is in flight."""

import concurrent.futures
import time

from checks import expect, require
from client import Client, NoResponse, session_id

PASSWORDS = {"ada": "lovelace", "alan": "turing", "grace": "hopper"}
COUNT = "/api/session/increment/n"


class SoakClient:
    def __init__(self, name, port, renew_after, random_source, counters):
        # The grace period of the previous secret is half of the renewal interval.
        self.renew_after, self.grace = renew_after, renew_after / 2
        self.name, self.port, self.random_source, self.counters = name, port, random_source, counters
        self.client = Client(port, counters)
        # Invalid tokens, each with the time from which it is invalid.
        self.invalid = []
        self._reset()

    def _reset(self):
        self.token = self.issued = self.person = None
        # The bounds of the counter. They differ after a lost response.
        self.lowest = self.highest = 0
        self.may_have_ended = False
        self.may_be_renewed_since = None

    def run(self, is_stopped):
        """Performs random actions until the test stops."""
        # With these weights most sessions live until their renewal interval elapses.
        actions = {self.read: 300, self.increment: 400, self.load_page: 80, self.use_invalid_token: 50, self.log_in: 6,
                   self.log_out: 2, self.log_out_during_request: 1, self.renew: 1}
        try:
            while not is_stopped.is_set():
                self._perform(*self.random_source.choices(list(actions), actions.values()))
                time.sleep(self.random_source.uniform(0, 0.02))
            self._perform(self.read)
        finally:
            self.client.close()

    def _perform(self, action):
        try:
            if self.may_have_ended or self.may_be_renewed_since or self.lowest != self.highest:
                self.read()
            if self.token is None:
                self.create_session()
            action()
        except NoResponse:
            pass

    # Actions

    def create_session(self):
        """Writes the name of the client into a new session."""
        sent = time.monotonic()
        response = self.client.send("PUT", "/api/session/values/name", None, self.name)
        expect("the status of a first write", response.status, 204)
        require(response.cookie, "a first write sets no cookie")
        self.token, self.issued = response.cookie, sent

    def read(self):
        response = self._send("GET", "/api/session")
        expect("the status of a read", response.status, 200)
        if response.json["id"] is None:
            return self._lose_session()
        values = response.json["values"]
        expect("the owner of the session", values["name"], self.name)
        expect(f"who is logged in with the cookie of {self.name}", response.json["subject"], self.person)
        self._learn_counter(values.get("n", 0), self.lowest, self.highest)
        self.may_have_ended, self.may_be_renewed_since = False, None

    def increment(self):
        self.highest += 1
        response = self._send("POST", COUNT)
        expect("the status of an increment", response.status, 200)
        self._learn_counter(response.json["value"], self.lowest + 1, self.highest)
        self.counters.add("increments acknowledged")

    def load_page(self):
        """Sends parallel increments, like a page that loads its resources."""
        parts = 4
        self.highest += parts
        with concurrent.futures.ThreadPoolExecutor(parts) as pool:
            sent = time.monotonic()
            jobs = [pool.submit(self._send_on_new_connection, COUNT) for _ in range(parts)]
        responses = [response for job in jobs if (response := job.result())]
        if len(responses) < parts:
            self._note_lost_response(sent)
        if not responses:
            return
        expect("the status of parallel requests", {response.status for response in responses}, {200})
        numbers = sorted(response.json["value"] for response in responses)
        require(
            len(set(numbers)) == len(numbers) and self.lowest < numbers[0] and numbers[-1] <= self.highest,
            f"parallel increments returned {numbers}, not distinct numbers from {self.lowest + 1} to {self.highest}",
        )
        self.lowest = max(numbers[-1], self.lowest + len(numbers))
        self.counters.add("increments acknowledged", len(numbers))
        cookies = {response.cookie for response in responses if response.cookie is not None}
        require(len(cookies) <= 1, f"parallel requests got {len(cookies)} tokens")
        for token in cookies:
            self._take_renewed(token, sent)
        self.counters.add("pages of parallel requests")

    def renew(self):
        before = self.token
        response = self._send("POST", "/api/session/renew", is_operation=True)
        expect("the status of a renewal", response.status, 200)
        require(response.cookie and session_id(response.cookie) == session_id(before), "a renewal changed the id")
        self.token, self.issued = response.cookie, response.sent
        self._invalidate(before)
        self.counters.add("explicit renewals")

    def log_in(self):
        if self.person is not None:
            return
        person, before = self.random_source.choice(list(PASSWORDS)), self.token
        credentials = {"username": person, "password": PASSWORDS[person]}
        response = self._send("POST", "/api/login", credentials, is_operation=True)
        expect("the status of a login", response.status, 201)
        require(response.cookie and session_id(response.cookie) != session_id(before), "a login kept the session id")
        self.token, self.issued, self.person = response.cookie, response.sent, person
        self._invalidate(before)
        self.counters.add("logins")

    def log_out(self):
        response = self._send("POST", "/api/logout", is_operation=True)
        expect("the status of a logout", response.status, 204)
        expect("the cookie after a logout", response.cookie, "")
        self._invalidate(self.token)
        self._reset()
        self.counters.add("logouts")

    def log_out_during_request(self):
        """Logs out while another request of the session is in flight."""
        self.highest += 1
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            slow = pool.submit(self._send_on_new_connection, COUNT + "?delay=300")
            time.sleep(0.1)
            self.log_out()
        if response := slow.result():
            # On a slow machine the request may finish before the logout arrives.
            require(response.status in (200, 409), f"a request in flight at a logout got {response.status}")
            if response.status == 409:
                expect("the cookie of a request in flight at a logout", response.cookie, None)
                self.counters.add("requests with 409, after the end of their session")

    def use_invalid_token(self):
        """Uses a token that must be rejected, as an attacker would."""
        now = time.monotonic()
        tokens = [token for token, invalid_from in self.invalid if invalid_from <= now]
        if not tokens:
            return
        token = self.random_source.choice(tokens)
        response = self.client.send("GET", "/api/session", token)
        expect("the session of an invalid token", (response.json["id"], response.json["values"]), (None, {}))
        expect("the cookie of a read with an invalid token", response.cookie, None)
        response = self.client.send("POST", COUNT, token)
        if response.status == 409:
            # The session ended less than a minute ago.
            expect("the cookie of an increment with a token that just ended", response.cookie, None)
        else:
            expect("an increment with an invalid token", (response.status, response.json), (200, {"value": 1}))
            require(response.cookie and session_id(response.cookie) != session_id(token), "an ended session is back")
            self.client.send("POST", "/api/logout", response.cookie)
        self.counters.add("invalid tokens used")

    # State

    def _send(self, method, path, body=None, is_operation=False):
        """Sends a request of the session. The cookie of an operation is its result. Any other cookie is a renewal after
        the interval."""
        sent = time.monotonic()
        try:
            response = self.client.send(method, path, self.token, body)
        except NoResponse:
            self._note_lost_response(sent)
            self.may_have_ended |= is_operation
            raise
        response.sent = sent
        if not is_operation and response.cookie is not None:
            self._take_renewed(response.cookie, sent)
        return response

    def _send_on_new_connection(self, path):
        """Sends on a new connection. Returns None if the response is lost."""
        client = Client(self.port, self.counters)
        try:
            return client.send("POST", path, self.token)
        except NoResponse:
            return None
        finally:
            client.close()

    def _note_lost_response(self, sent):
        if self._is_renewal_due() and self.may_be_renewed_since is None:
            self.may_be_renewed_since = sent

    def _is_renewal_due(self):
        return time.monotonic() - self.issued >= self.renew_after

    def _take_renewed(self, token, sent):
        require(session_id(token) == session_id(self.token), f"{self.name} got another session")
        require(self._is_renewal_due(), "a secret was renewed before its interval")
        # The previous secret is valid for the grace period.
        self._invalidate(self.token, self.grace)
        self.token, self.issued = token, sent
        self.counters.add("renewals after the interval")

    def _learn_counter(self, number, lowest, highest):
        require(lowest <= number <= highest, f"the counter of {self.name} is {number}, not {lowest} to {highest}")
        self.counters.add("increments without a response, stored", max(0, number - lowest))
        self.counters.add("increments without a response, not stored", max(0, highest - number))
        self.lowest = self.highest = number

    def _lose_session(self):
        """Handles a missing session. The reason is a lost response that ended it, or one with the new secret, after the
        grace period."""
        since = self.may_be_renewed_since
        is_retired = since is not None and time.monotonic() - since >= self.grace
        require(self.may_have_ended or is_retired, f"the session of {self.name} is gone, but no request ended it")
        self.counters.add("sessions lost with a response")
        self._invalidate(self.token)
        self._reset()

    def _invalidate(self, token, after=0):
        self.invalid = [*self.invalid[-49:], (token, time.monotonic() + after)]
