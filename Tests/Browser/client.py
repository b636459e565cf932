"""An HTTP client for load: one connection, one session cookie, JSON bodies."""

import base64
import http.client
import json
import time

from checks import Failure, require

# The limit of a request and of a restart of the server, in seconds.
TIMEOUT = 60


class NoResponse(Exception):
    """The connection closed before the response arrived. The server may have handled the request."""


class Response:
    def __init__(self, response):
        self.status = response.status
        body = response.read()
        self.json = json.loads(body) if body else None
        cookies = response.headers.get_all("Set-Cookie") or []
        require(len(cookies) <= 1, f"one response sets {len(cookies)} cookies")
        # None if the response sets no cookie, empty if it clears the cookie.
        self.cookie = cookies[0].split(";")[0].partition("=")[2] if cookies else None


class Client:
    """A client that connects when needed and keeps the connection alive."""

    def __init__(self, port, counters):
        self.port, self.counters = port, counters
        self.connection = None

    def send(self, method, path, token, body=None):
        """Sends a request, with the cookie if there is one. Waits for a server that refuses connections, because it has
        not seen the request."""
        headers = {"Cookie": f"session={token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        self._connect()
        try:
            self.connection.request(method, path, body, headers)
            response = Response(self.connection.getresponse())
        except TimeoutError:
            raise Failure(f"{method} {path} got no response within {TIMEOUT} s") from None
        except (OSError, http.client.HTTPException):
            self.close()
            self.counters.add("requests without a response")
            raise NoResponse from None
        self.counters.add("responses")
        require(response.status < 500, f"{method} {path} got {response.status}")
        return response

    def _connect(self):
        if self.connection is not None and self.connection.sock is not None:
            return
        deadline = time.monotonic() + TIMEOUT
        while True:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
            try:
                return self.connection.connect()
            except ConnectionError:
                require(time.monotonic() < deadline, f"the server refused connections for {TIMEOUT} s")
                time.sleep(0.02)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def session_id(token):
    """The session id in a token: the first 16 of its 48 bytes."""
    return base64.urlsafe_b64decode(token)[:16]
