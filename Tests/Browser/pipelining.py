"""HTTP/1.1 with pipelining, for load. It parses only the status, the length and the session cookie of a response, so
that the load costs less processor time than the server."""

import re
import socket

from checks import Failure, require

LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nset-cookie: *session=([^;\r]*)", re.IGNORECASE)


def request(method, path, token):
    """The bytes of a request without a body."""
    cookie = f"Cookie: session={token}\r\n" if token else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}Content-Length: 0\r\n\r\n".encode()


class PipelinedConnection:
    """A connection that sends many requests before it reads their responses."""

    # The limit of a response, in seconds.
    TIMEOUT = 60

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=self.TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def send(self, requests):
        """Sends requests and returns the status and the cookie of each response. The cookie is None if the response
        sets none, and empty if it clears it."""
        self.socket.sendall(b"".join(requests))
        return [self._read_response() for _ in requests]

    def _read_response(self):
        while (end := self.unread.find(b"\r\n\r\n")) < 0:
            self._receive()
        head = self.unread[:end]
        length = LENGTH.search(head)
        end += 4 + (int(length[1]) if length else 0)
        while len(self.unread) < end:
            self._receive()
        self.unread = self.unread[end:]
        cookie = COOKIE.search(head)
        return int(head[9:12]), cookie[1].decode() if cookie else None

    def _receive(self):
        try:
            received = self.socket.recv(65536)
        except TimeoutError:
            raise Failure(f"a request got no response within {self.TIMEOUT} s") from None
        require(received, "the server closed the connection")
        self.unread += received
