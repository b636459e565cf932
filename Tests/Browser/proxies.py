"""Proxies in front of a server: one that speaks TLS with browsers, plain HTTP behind it, and adds a header field that says
so, and one that only passes requests on. Both note what was asked of them."""

import http.client
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from checks import Failure

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "content-length"}
PATIENCE = 20


class Proxy:
    """Serves on a port of its own while it is in a `with` statement."""

    def __init__(self, upstream_port):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Forwarder)
        self.server.upstream_port = upstream_port
        self.server.scheme = "http"
        self.server.note = self._note
        self.port = self.server.server_port
        # Requests that were answered: the path, whether the browser fetched it ahead of time, and the status.
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

    def prefetch(self, path, before):
        """Waits until a page was fetched ahead of time after so many requests, and gives the status of the response."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while True:
                for asked, is_prefetch, status in self.requests[before:]:
                    if asked == path and is_prefetch:
                        return status
                if not self.changed.wait(deadline - time.monotonic()):
                    raise Failure(f"{path} was not fetched ahead of time; there came {self.requests[before:]}")

    def _note(self, path, is_prefetch, status):
        with self.changed:
            self.requests.append((path, is_prefetch, status))
            self.changed.notify_all()


class TLSProxy(Proxy):
    """Its certificate is signed by nobody."""

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
        # The handshake is left to each connection's thread: one that stalls must not keep the others waiting.
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)


class _Forwarder(BaseHTTPRequestHandler):
    """One connection, one request."""

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
            answer = upstream.getresponse()
            content = answer.read()
        finally:
            upstream.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.server.note(self.path, "prefetch" in self.headers.get("Sec-Purpose", ""), answer.status)

    do_GET = do_POST = forward

    def log_message(self, *_):
        pass
