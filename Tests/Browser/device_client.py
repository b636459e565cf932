"""A device with a bound session and without a browser: it signs proofs with openssl, and sends them when the test wants."""

import base64
import http.client
import json
import re
import ssl
import subprocess

from checks import Failure, expect, require

TIMEOUT = 30


def encode(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Key:
    """A key of P-256 in a file."""

    def __init__(self, path):
        self.path = path
        run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)
        # The last 64 bytes of the public key in DER are its coordinates.
        point = run("openssl", "ec", "-in", path, "-pubout", "-outform", "DER")[-64:]
        self.jwk = {"kty": "EC", "crv": "P-256", "x": encode(point[:32]), "y": encode(point[32:])}

    def proof(self, challenge, with_key=False):
        header = {"alg": "ES256", "typ": "dbsc+jwt"} | ({"jwk": self.jwk} if with_key else {})
        text = ".".join(encode(json.dumps(part).encode()) for part in (header, {"jti": challenge}))
        der = run("openssl", "dgst", "-sha256", "-sign", self.path, input=text.encode())
        return f"{text}.{encode(raw_signature(der))}"


def raw_signature(der):
    """The 64 bytes of r and s. DER has them as two integers with their lengths."""
    signature, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        signature += der[at + 2:at + 2 + length].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return signature


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options).stdout


class Device:
    """A user of the Showcase whose session is bound to a key of the test."""

    def __init__(self, showcase, authority, key):
        self.showcase, self.key = showcase, key
        self.context = ssl.create_default_context(cafile=authority)
        body = json.dumps({"username": "ada", "password": "lovelace"})
        response = self.send("POST", "/api/login", {"Content-Type": "application/json"}, body)
        expect("the status of a login", response.status, 201)
        challenge = re.search(r'challenge="([^"]+)"', response.headers["Secure-Session-Registration"])[1]
        response = self.send("POST", "/device-binding/registration", self.proof_field(challenge, with_key=True))
        expect("the status of a registration", response.status, 200)
        self.id = response.json["session_identifier"]

    def proof_field(self, challenge, **options):
        return {"Secure-Session-Response": self.key.proof(challenge, **options)}

    def connect(self):
        connection = http.client.HTTPSConnection("localhost", self.showcase.port, timeout=TIMEOUT, context=self.context)
        connection.connect()
        return connection

    def send(self, method, path, fields=None, body=None, connection=None):
        """Sends a request with the cookie, and keeps the one of the response.

        Raises OSError or HTTPException if there is no response."""
        connection = connection or self.connect()
        fields = dict(fields or {})
        if hasattr(self, "cookie"):
            fields["Cookie"] = self.cookie
        try:
            connection.request(method, path, body, fields)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        response.json = json.loads(text) if text.startswith(b"{") else None
        if cookie := response.headers["Set-Cookie"]:
            self.cookie = cookie.split(";")[0]
        return response

    def prepare_refresh(self):
        """The fields of a refresh with a new proof."""
        response = self.send("POST", "/device-binding/refresh", {"Sec-Secure-Session-Id": self.id})
        expect("the status of a refresh without a proof", response.status, 403)
        challenge = re.match(r'"([^"]+)"', response.headers["Secure-Session-Challenge"])[1]
        return {"Sec-Secure-Session-Id": self.id, **self.proof_field(challenge)}

    def refresh(self, fields, connection=None):
        return self.send("POST", "/device-binding/refresh", fields, connection=connection)

    def expect_logged_in(self, what):
        response = self.send("GET", "/api/session")
        require(response.status == 200 and response.json["authenticated"], f"{what}: {response.status} {response.json}")
        expect(f"{what}: deviceBound", response.json["deviceBound"], True)
