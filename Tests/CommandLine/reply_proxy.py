"""A proxy that changes replies of a server, for faults that no server can be given: another clock, an old version.

    reply_proxy.py PORT PATTERN REPLACEMENT

It listens on a free port of 127.0.0.1, prints it, and forwards to PORT. Matches of the regular expression PATTERN in replies
become REPLACEMENT, which must have the same length; TIME in it makes a match of ten digits sixty seconds older.
"""

import re
import socket
import sys
import threading

port, pattern, replacement = int(sys.argv[1]), re.compile(sys.argv[2].encode()), sys.argv[3].encode()


def changed(match):
    if replacement == b"TIME":
        return match[0].replace(match[1], str(int(match[1]) - 60).encode())
    return match.expand(replacement)


def forward(source, target, change):
    try:
        while data := source.recv(1 << 16):
            target.sendall(change(data))
    except OSError:
        pass
    target.close()


listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on {listener.getsockname()[1]}.", flush=True)
while True:
    client, _ = listener.accept()
    server = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=forward, args=(client, server, lambda data: data), daemon=True).start()
    threading.Thread(target=forward, args=(server, client, lambda data: pattern.sub(changed, data)), daemon=True).start()
