"""Tests what makes Chromium refresh a bound session, with a server that checks no proof, because it is the browser that is
tested. The reasons of the article Device-bound sessions why sealed sessions are not bound. Each "ok" is a passed check.
The first failure exits."""

import http.server
import json
import ssl
import sys
import threading
import time

from checks import expect, heading, ok, require, run_checks
from device_binding import FEATURES
from webdriver import Browser, Driver

SECONDS = 10
SHORT, LONG = 3, 3600
ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"


class Server(http.server.ThreadingHTTPServer):
    """A server that binds sessions to the cookies of a test: a lifetime for each name."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"https://localhost:{self.server_port}"
        self.number = 0

    def reset(self, cookies, bound):
        """Begins a session with these cookies. The bound ones are named in the JSON."""
        self.number += 1
        self.cookies, self.bound = cookies, bound
        self.registrations = 0
        # The names of the cookies of each refresh.
        self.refreshes = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        fields = []
        if self.path == "/login":
            fields = [("Secure-Session-Registration", '(ES256);path="/register";challenge="c"')]
        self.respond(200, fields, "<!doctype html><title>page</title>", "text/html")

    def do_POST(self):
        server = self.server
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/refresh":
            if "Secure-Session-Response" not in self.headers:
                challenge = f'"c{time.monotonic_ns()}";id="s{server.number}"'
                return self.respond(403, [("Secure-Session-Challenge", challenge)])
            names = {part.split("=")[0].strip() for part in (self.headers["Cookie"] or "").split(";")} - {""}
            server.refreshes.append(names)
        else:
            server.registrations += 1
        instructions = {
            "session_identifier": f"s{server.number}",
            "refresh_url": "/refresh",
            "continue": True,
            "scope": {"include_site": False, "scope_specification": []},
            "credentials": [{"type": "cookie", "name": name, "attributes": ATTRIBUTES} for name in server.bound],
            "allowed_refresh_initiators": [],
        }
        fields = [
            ("Set-Cookie", f"{name}={time.monotonic_ns()}; Max-Age={lifetime}; {ATTRIBUTES}")
            for name, lifetime in server.cookies.items() if name in server.bound or self.path == "/register"
        ]
        self.respond(200, fields, json.dumps(instructions), "application/json")

    def respond(self, status, fields, body="", kind="text/plain"):
        self.send_response(status)
        for name, value in [*fields, ("Content-Type", kind), ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())


def main():
    folder = sys.argv[1]
    server = Server(folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    heading("what makes Chromium refresh")
    with Driver() as driver:
        refreshes = visit(driver, server, f"{folder}/trigger-long", {"sealed": LONG}, {"sealed"})
        expect("refreshes while the cookie lives", len(refreshes), 0)
        ok(f"with a bound cookie that lives for {LONG} s, Chromium refreshes nothing in {SECONDS} s")

        refreshes = visit(driver, server, f"{folder}/trigger-busy", {"sealed": SHORT}, {"sealed"})
        require(len(refreshes) >= 2, f"there were {len(refreshes)} refreshes")
        require(all("sealed" in names for names in refreshes), f"a refresh lacks the cookie: {refreshes}")
        ok(f"with one that lives for {SHORT} s, a browser in use refreshes before it expires, and sends it along")

        refreshes = visit(driver, server, f"{folder}/trigger-idle", {"sealed": SHORT}, {"sealed"}, pause=SHORT + 1)
        require(len(refreshes) >= 2, f"there were {len(refreshes)} refreshes")
        # The icon of a page causes another refresh, with the new cookie.
        require(refreshes.count(set()) >= 2, f"the refreshes have the cookies {refreshes}")
        ok("a browser that was idle for longer refreshes without it: what was only in the cookie is lost")

        cookies = {"sealed": LONG, "proof": SHORT}
        refreshes = visit(driver, server, f"{folder}/trigger-two", cookies, {"proof"}, pause=SHORT + 1)
        require(len(refreshes) >= 2, f"there were {len(refreshes)} refreshes")
        require(refreshes.count({"sealed"}) >= 2, f"the refreshes have the cookies {refreshes}")
        ok("with a second, short-lived cookie it refreshes, and sends the long-lived one along")


def visit(driver, server, profile, cookies, bound, pause=0.5):
    """The names of the cookies of each refresh, while a page is loaded again and again."""
    server.reset(cookies, bound)
    with Browser(driver, profile, FEATURES) as browser:
        browser.go(f"{server.url}/login")
        deadline = time.monotonic() + 20
        while server.registrations == 0:
            require(time.monotonic() < deadline, "the browser did not register a key")
            time.sleep(0.1)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(pause)
            browser.go(f"{server.url}/page")
    return server.refreshes


if __name__ == "__main__":
    run_checks(main)
