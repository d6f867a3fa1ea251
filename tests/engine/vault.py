"""A Vault on loopback that keeps the key of the tests' stacks.

With a passphrase each command of the CLI would derive the key again, which takes half of a command's processor time.
The secrets in a state are encrypted all the same. `test_quickstart.py` and others use a passphrase.
"""

from __future__ import annotations

import atexit
import base64
import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

URL = "hashivault://lab"
"""The secrets provider of a stack."""

PREFIX = "vault:v1:"

KEY = base64.b64encode(f"{PREFIX}{base64.b64encode(bytes(range(32))).decode()}".encode()).decode()
"""A stack's key, as this Vault encrypts it."""


class Transit(BaseHTTPRequestHandler):
    """Encrypts and decrypts a key as Vault's transit engine does, by a prefix."""

    def do_PUT(self) -> None:
        """Answer the two requests that there are."""
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/encrypt/lab"):
            data = {"ciphertext": PREFIX + given["plaintext"]}
        else:
            data = {"plaintext": given["ciphertext"].removeprefix(PREFIX)}
        answer = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  its name there
        """Say nothing."""


@cache
def environment() -> dict[str, str]:
    """Start it, for as long as this process lives, and return what tells the CLI of it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Transit)
    threading.Thread(target=server.serve_forever, name="vault", daemon=True).start()
    atexit.register(server.shutdown)
    return {"VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}", "VAULT_SERVER_TOKEN": "lab"}
