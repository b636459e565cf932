"""HTTP for the soak: a connection that sends one cookie, and says what an answer does to it."""

import base64
import http.client
import json
import time

from checks import Failure, demand

# A server that is restarted is back within this, and no request waits longer. In seconds.
PATIENCE = 60


class Unanswered(Exception):
    """The connection was cut before the answer was there: what was asked may have happened, or not."""


class Answer:
    def __init__(self, response):
        self.status = response.status
        body = response.read()
        self.json = json.loads(body) if body else None
        cookies = response.headers.get_all("Set-Cookie") or []
        demand(len(cookies) <= 1, f"one answer sets {len(cookies)} cookies")
        # None: the cookie is left alone. Empty: it is cleared.
        self.cookie = cookies[0].split(";")[0].partition("=")[2] if cookies else None


class Client:
    """A connection to the server on a port, made when needed and kept as long as the server keeps it."""

    def __init__(self, port, tally):
        self.port, self.tally = port, tally
        self.connection = None

    def send(self, method, path, token, body=None):
        """Sends a request, with the cookie if there is one. A server that cannot be reached is waited for: it has not
        seen the request."""
        headers = {"Cookie": f"session={token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        self._connect()
        try:
            self.connection.request(method, path, body, headers)
            answer = Answer(self.connection.getresponse())
        except TimeoutError:
            raise Failure(f"{method} {path} was not answered within {PATIENCE} s") from None
        except (OSError, http.client.HTTPException):
            self.close()
            self.tally.add("requests without an answer")
            raise Unanswered from None
        self.tally.add("requests answered")
        demand(answer.status < 500, f"{method} {path} was answered with {answer.status}")
        return answer

    def _connect(self):
        if self.connection is not None and self.connection.sock is not None:
            return
        deadline = time.monotonic() + PATIENCE
        while True:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                return self.connection.connect()
            except ConnectionError:
                demand(time.monotonic() < deadline, f"no server was there for {PATIENCE} s")
                time.sleep(0.02)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def session_id(token):
    """The public half of a token: the first 16 of its 48 bytes."""
    return base64.urlsafe_b64decode(token)[:16]
