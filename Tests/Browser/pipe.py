"""HTTP for load: a connection that sends many requests before it reads their answers, and looks no closer at these than
it must, so that the server does more than the load."""

import re
import socket

from checks import Failure, demand

LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nset-cookie: *session=([^;\r]*)", re.IGNORECASE)


def request(method, path, token):
    """The bytes of a request without a body."""
    cookie = f"Cookie: session={token}\r\n" if token else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}Content-Length: 0\r\n\r\n".encode()


class Pipe:
    """A connection to the server on a port."""

    # No server takes longer, whatever fails behind it. In seconds.
    PATIENCE = 60

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=self.PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def send(self, requests):
        """Sends requests one after the other, and gives the status and the cookie of each answer: None where it is left
        alone, and the empty text where it is cleared."""
        self.socket.sendall(b"".join(requests))
        return [self._answer() for _ in requests]

    def _answer(self):
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
            raise Failure(f"a request was not answered within {self.PATIENCE} s") from None
        demand(received, "the server closed the connection")
        self.unread += received
