"""The Showcase as a process that can be restarted on the same port."""

import base64
import os
import re
import secrets
import signal
import subprocess

from checks import Failure, expect


def new_key():
    """A random secret key in the format of a key file."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


class Showcase:
    """A Showcase that runs within a `with` statement and logs to a file."""

    def __init__(self, program, log, *options):
        self.program, self.log, self.options = program, log, options
        # The system chooses the port at the first start. Restarts keep it.
        self.port = 0
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.kill()

    @property
    def url(self):
        # Certificates of tests are for localhost.
        return f"https://localhost:{self.port}" if "--certificate" in self.options else f"http://127.0.0.1:{self.port}"

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--port", str(self.port), *self.options], stdout=subprocess.PIPE, stderr=log, text=True
            )
        line = self.process.stdout.readline()
        listening = re.search(r"listens on https?://[^ ]*:(\d+)", line)
        if listening is None:
            self.kill()
            with open(self.log) as log:
                raise Failure(f"the Showcase did not start: {line}{log.read()[-2000:]}")
        self.port = int(listening[1])

    def stop(self):
        """Shuts the server down gracefully, with SIGTERM."""
        self._end(signal.SIGTERM)
        expect("the exit code after SIGTERM", self.process.returncode, 0)
        self.process = None

    def kill(self):
        """Kills the server, like a crash."""
        self._end(signal.SIGKILL)
        self.process = None

    def _end(self, how):
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure(f"the Showcase ran for 30 s after {how.name}") from None
        finally:
            self.process.stdout.close()

    def resident_bytes(self):
        """The resident memory of the process."""
        status = f"/proc/{self.process.pid}/statm"
        if os.path.exists(status):
            with open(status) as fields:
                return int(fields.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        ps = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
        return int(ps.stdout) * 1024
