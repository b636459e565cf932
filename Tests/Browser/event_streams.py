"""Opens event streams on several Showcases, ends the sessions of one user in one call, and measures when they end.

event_streams.py COUNT PORT… opens COUNT streams, each of a session of its own, spread over the ports, and one of
another user for each port.
"""

import asyncio
import re
import sys
import time

from checks import expect, ok, require, run_checks

# How long the streams stay open before anything ends.
QUIET = 3
# Within this many seconds of the request all have ended.
LIMIT = 1
# Logins at once.
PARALLEL = 32


async def request(port, method, path, cookie=None, body="", keep=False, **fields):
    """Sends a request on a connection of its own. Returns the status, the cookie, the rest of the head, and the body or
    the reader."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(body.encode())), **fields}
    if cookie:
        head["Cookie"] = f"session={cookie}"
    if not keep:
        head["Connection"] = "close"
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in head.items())
    writer.write(f"{method} {path} HTTP/1.1\r\n{lines}\r\n{body}".encode())
    text = (await reader.readuntil(b"\r\n\r\n")).decode()
    status = int(text.split()[1])
    found = re.search(r"(?im)^set-cookie: session=([^;\r]*)", text)
    cookie = found[1] if found else cookie
    if keep:
        return status, cookie, text, (reader, writer)
    content = await reader.read()
    writer.close()
    return status, cookie, text, content.decode(errors="replace")


async def log_in(port, user, password):
    body = f'{{"username":"{user}","password":"{password}"}}'
    status, cookie, _, _ = await request(port, "POST", "/api/login", body=body, Content_Type="application/json")
    require(status == 201, f"a login got {status}")
    return cookie


async def read_chunks(reader):
    """The events of a stream until its end."""
    content = b""
    while True:
        part = await reader.read(65_536)
        if not part:
            break
        content += part
        if content.endswith(b"0\r\n\r\n"):
            break
    return content.decode()


class Stream:
    def __init__(self, cookie, reader, writer):
        self.cookie, self.reader, self.writer = cookie, reader, writer
        self.ended_at, self.content = None, None

    @classmethod
    async def open(cls, port, user, password, gate):
        async with gate:
            cookie = await log_in(port, user, password)
            status, _, _, (reader, writer) = await request(port, "GET", "/events", cookie, keep=True)
            expect("the status of an event stream", status, 200)
            await reader.readuntil(b"event: open")
        stream = cls(cookie, reader, writer)
        stream.task = asyncio.create_task(stream.follow())
        return stream

    async def follow(self):
        self.content = await read_chunks(self.reader)
        self.ended_at = time.monotonic()
        self.writer.close()


async def main(count, ports):
    gate = asyncio.Semaphore(PARALLEL)
    streams = await asyncio.gather(
        *(Stream.open(ports[number % len(ports)], "ada", "lovelace", gate) for number in range(count))
    )
    others = [await Stream.open(port, "alan", "turing", gate) for port in ports]
    await asyncio.sleep(QUIET)
    early = sum(stream.ended_at is not None for stream in [*streams, *others])
    expect("the streams that ended before their sessions", early, 0)
    ok(f"{count} event streams of one user on {len(ports)} servers are open for {QUIET} s")

    admin = await log_in(ports[0], "grace", "hopper")
    status, _, _, page = await request(ports[0], "GET", "/admin/sessions?user=ada", admin)
    expect("the status of the page of all sessions", status, 200)
    token = re.search(r'name="_csrf" value="([^"]+)"', page)[1]
    start = time.monotonic()
    status, _, _, _ = await request(
        ports[0], "POST", "/admin/sessions?user=ada", admin, f"_csrf={token}&end=all&reason=end-to-end+test",
        Content_Type="application/x-www-form-urlencoded", Origin=f"http://127.0.0.1:{ports[0]}",
    )
    expect("the status of ending all sessions", status, 303)
    done = time.monotonic()
    await asyncio.wait([stream.task for stream in streams], timeout=30)
    left = sum(stream.ended_at is None for stream in streams)
    require(left == 0, f"{left} streams are still open")
    for stream in streams:
        require("event: ended\ndata: ended" in stream.content, f"a stream ended with {stream.content!r}")
    last = max(stream.ended_at for stream in streams)
    late = last - done
    require(late < LIMIT, f"the last stream ended {late:.2f} s after all sessions had ended")
    expect("the streams of another user that ended", sum(stream.ended_at is not None for stream in others), 0)
    ok(f"all of them end {max(0, late):.2f} s after the call that ends all sessions, which takes {done - start:.2f} s; "
       "those of another user go on")
    for stream in others:
        stream.writer.close()


run_checks(lambda: asyncio.run(main(int(sys.argv[1]), [int(port) for port in sys.argv[2:]])))
