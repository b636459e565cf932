"""Reverse proxies that record requests: one for plain HTTP, and one that terminates TLS. Both set X-Forwarded-Proto."""

import http.client
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from checks import Failure

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "content-length"}
TIMEOUT = 20


class Proxy:
    """Serves on a free port within a `with` statement."""

    def __init__(self, upstream_port):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Forwarder)
        self.server.upstream_port = upstream_port
        self.server.scheme = "http"
        self.server.record = self._record
        self.port = self.server.server_port
        # Path, whether the request is a prefetch, and status of each response.
        self.requests = []
        self.changed = threading.Condition()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def wait_for_prefetch(self, path, start):
        """Waits for a prefetch of a path, ignoring the first requests, and returns the status of the response."""
        deadline = time.monotonic() + TIMEOUT
        with self.changed:
            while True:
                for requested, is_prefetch, status in self.requests[start:]:
                    if requested == path and is_prefetch:
                        return status
                if not self.changed.wait(deadline - time.monotonic()):
                    raise Failure(f"no prefetch of {path} in {self.requests[start:]}")

    def _record(self, path, is_prefetch, status):
        with self.changed:
            self.requests.append((path, is_prefetch, status))
            self.changed.notify_all()


class TLSProxy(Proxy):
    """A proxy with a self-signed certificate."""

    def __init__(self, folder, upstream_port):
        super().__init__(upstream_port)
        certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            + ["-days", "1", "-subj", "/CN=showcase.test", "-keyout", key, "-out", certificate],
            check=True, capture_output=True,
        )
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        self.server.scheme = "https"
        # The thread of the connection does the handshake, so that a stalled one delays no other.
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)


class _Forwarder(BaseHTTPRequestHandler):
    """Forwards one request for each connection."""

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream_port, timeout=60)
        try:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    upstream.putheader(name, value)
            upstream.putheader("Content-Length", str(len(body)))
            upstream.putheader("X-Forwarded-Proto", self.server.scheme)
            upstream.putheader("X-Forwarded-For", self.client_address[0])
            upstream.endheaders(body)
            response = upstream.getresponse()
            content = response.read()
        finally:
            upstream.close()
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.server.record(self.path, "prefetch" in self.headers.get("Sec-Purpose", ""), response.status)

    do_GET = do_POST = forward

    def log_message(self, *_):
        pass
