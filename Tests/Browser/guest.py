"""One of the browsers of the soak: what it does at random, and what the Showcase owes it, whatever happens to the
server.

A guest knows what it was told. An answer that never came leaves a doubt, which a look settles before anything else is
done: whoever cut the connection is gone before another server listens, so nothing is under way any more."""

import concurrent.futures
import time

from checks import demand, expect
from client import Client, Unanswered, session_id

PASSWORDS = {"ada": "lovelace", "alan": "turing", "grace": "hopper"}
COUNT = "/api/session/increment/n"


class Guest:
    def __init__(self, name, port, renew_after, chance, tally):
        # Secrets are renewed after so many seconds, and the one before is good for half as long.
        self.renew_after, self.grace = renew_after, renew_after / 2
        self.name, self.port, self.chance, self.tally = name, port, chance, tally
        self.client = Client(port, tally)
        # Tokens that open nothing, each with the moment from which on.
        self.dead = []
        self._begin_anew()

    def _begin_anew(self):
        self.token = self.issued = self.person = None
        # The counter is between these: apart when a count was not answered.
        self.lowest = self.highest = 0
        self.may_have_ended = False
        self.may_be_renewed_since = None

    def live(self, is_over):
        """Does one thing after the other until all is over."""
        # Most sessions live long enough to be renewed by time.
        deeds = {self.look: 300, self.count: 400, self.load_page: 80, self.try_dead_token: 50, self.log_in: 6,
                 self.log_out: 2, self.leave_while_slow: 1, self.renew: 1}
        try:
            while not is_over.is_set():
                self._do(*self.chance.choices(list(deeds), deeds.values()))
                time.sleep(self.chance.uniform(0, 0.02))
            self._do(self.look)
        finally:
            self.client.close()

    def _do(self, deed):
        try:
            if self.may_have_ended or self.may_be_renewed_since or self.lowest != self.highest:
                self.look()
            if self.token is None:
                self.arrive()
            deed()
        except Unanswered:
            pass

    # What a guest does

    def arrive(self):
        """Writes its name into a session that begins with it."""
        sent = time.monotonic()
        answer = self.client.send("PUT", "/api/session/values/name", None, self.name)
        expect("the status of a first write", answer.status, 204)
        demand(answer.cookie, "a first write sets no cookie")
        self.token, self.issued = answer.cookie, sent

    def look(self):
        answer = self._send("GET", "/api/session")
        expect("the status of a look", answer.status, 200)
        if answer.json["id"] is None:
            return self._lose_session()
        values = answer.json["values"]
        expect("whose session it is", values["name"], self.name)
        expect(f"who is logged in with the cookie of {self.name}", answer.json["subject"], self.person)
        self._hear(values.get("n", 0), self.lowest, self.highest)
        self.may_have_ended, self.may_be_renewed_since = False, None

    def count(self):
        self.highest += 1
        answer = self._send("POST", COUNT)
        expect("the status of a count", answer.status, 200)
        self._hear(answer.json["value"], self.lowest + 1, self.highest)
        self.tally.add("counts acknowledged")

    def load_page(self):
        """Counts several times at once, as a page does that loads its parts."""
        parts = 4
        self.highest += parts
        with concurrent.futures.ThreadPoolExecutor(parts) as pool:
            sent = time.monotonic()
            jobs = [pool.submit(self._send_beside, COUNT) for _ in range(parts)]
        answers = [answer for job in jobs if (answer := job.result())]
        if len(answers) < parts:
            self._doubt(sent)
        if not answers:
            return
        expect("the status of a page's parts", {answer.status for answer in answers}, {200})
        numbers = sorted(answer.json["value"] for answer in answers)
        demand(
            len(set(numbers)) == len(numbers) and self.lowest < numbers[0] and numbers[-1] <= self.highest,
            f"the parts of a page counted {numbers}, not each one number from {self.lowest + 1} to {self.highest}",
        )
        self.lowest = max(numbers[-1], self.lowest + len(numbers))
        self.tally.add("counts acknowledged", len(numbers))
        cookies = {answer.cookie for answer in answers if answer.cookie is not None}
        demand(len(cookies) <= 1, f"the parts of one page were given {len(cookies)} tokens")
        for token in cookies:
            self._take_renewed(token, sent)
        self.tally.add("pages of parallel requests")

    def renew(self):
        before = self.token
        answer = self._send("POST", "/api/session/renew", is_operation=True)
        expect("the status of a renewal", answer.status, 200)
        demand(answer.cookie and session_id(answer.cookie) == session_id(before), "a renewal is another session")
        self.token, self.issued = answer.cookie, answer.sent
        self._bury(before)
        self.tally.add("renewals by the verb")

    def log_in(self):
        if self.person is not None:
            return
        person, before = self.chance.choice(list(PASSWORDS)), self.token
        credentials = {"username": person, "password": PASSWORDS[person]}
        answer = self._send("POST", "/api/login", credentials, is_operation=True)
        expect("the status of a login", answer.status, 201)
        demand(answer.cookie and session_id(answer.cookie) != session_id(before), "a login is no other session")
        self.token, self.issued, self.person = answer.cookie, answer.sent, person
        self._bury(before)
        self.tally.add("logins")

    def log_out(self):
        answer = self._send("POST", "/api/logout", is_operation=True)
        expect("the status of a logout", answer.status, 204)
        expect("the cookie after a logout", answer.cookie, "")
        self._bury(self.token)
        self._begin_anew()
        self.tally.add("logouts")

    def leave_while_slow(self):
        """Logs out while another request of the session is under way."""
        self.highest += 1
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            slow = pool.submit(self._send_beside, COUNT + "?delay=300")
            time.sleep(0.1)
            self.log_out()
        if answer := slow.result():
            # On a slow machine it may be done before the logout arrives.
            demand(answer.status in (200, 409), f"a request under way at a logout got {answer.status}")
            if answer.status == 409:
                expect("the cookie of a request under way at a logout", answer.cookie, None)
                self.tally.add("requests told 409, their session had ended")

    def try_dead_token(self):
        """Comes with a token that must open nothing, as a thief does."""
        now = time.monotonic()
        tokens = [token for token, dead_from in self.dead if dead_from <= now]
        if not tokens:
            return
        token = self.chance.choice(tokens)
        answer = self.client.send("GET", "/api/session", token)
        expect("the session of a dead token", (answer.json["id"], answer.json["values"]), (None, {}))
        expect("the cookie after looking with a dead token", answer.cookie, None)
        answer = self.client.send("POST", COUNT, token)
        if answer.status == 409:
            # It has ended less than a minute ago.
            expect("the cookie after counting with a token that has just ended", answer.cookie, None)
        else:
            expect("counting with a dead token", (answer.status, answer.json), (200, {"value": 1}))
            demand(answer.cookie and session_id(answer.cookie) != session_id(token), "a dead token's session is back")
            self.client.send("POST", "/api/logout", answer.cookie)
        self.tally.add("dead tokens tried")

    # What a guest knows

    def _send(self, method, path, body=None, is_operation=False):
        """Sends a request of the session. A verb may end the session or its secret, and its cookie is its answer; any
        other cookie is a renewal by time."""
        sent = time.monotonic()
        try:
            answer = self.client.send(method, path, self.token, body)
        except Unanswered:
            self._doubt(sent)
            self.may_have_ended |= is_operation
            raise
        answer.sent = sent
        if not is_operation and answer.cookie is not None:
            self._take_renewed(answer.cookie, sent)
        return answer

    def _send_beside(self, path):
        """Sends on a connection of its own; None when there was no answer."""
        client = Client(self.port, self.tally)
        try:
            return client.send("POST", path, self.token)
        except Unanswered:
            return None
        finally:
            client.close()

    def _doubt(self, sent):
        if self._is_renewal_due() and self.may_be_renewed_since is None:
            self.may_be_renewed_since = sent

    def _is_renewal_due(self):
        return time.monotonic() - self.issued >= self.renew_after

    def _take_renewed(self, token, sent):
        demand(session_id(token) == session_id(self.token), f"{self.name} was given another session")
        demand(self._is_renewal_due(), "a secret was renewed before its time")
        # The one before is good for a while, for requests that are on their way.
        self._bury(self.token, self.grace)
        self.token, self.issued = token, sent
        self.tally.add("renewals by time")

    def _hear(self, number, lowest, highest):
        demand(lowest <= number <= highest, f"the counter of {self.name} is {number}, not {lowest} to {highest}")
        self.tally.add("counts not answered, and stored", max(0, number - lowest))
        self.tally.add("counts not answered, and not stored", max(0, highest - number))
        self.lowest = self.highest = number

    def _lose_session(self):
        """The session is not there. That is right when the answer that ended it was lost, or the one with its new
        secret and the one before is good no more."""
        since = self.may_be_renewed_since
        is_outlived = since is not None and time.monotonic() - since >= self.grace
        demand(self.may_have_ended or is_outlived, f"the session of {self.name} is gone, and nothing has ended it")
        self.tally.add("sessions lost with an answer")
        self._bury(self.token)
        self._begin_anew()

    def _bury(self, token, after=0):
        self.dead = [*self.dead[-49:], (token, time.monotonic() + after)]
