"""The little issuer of the domain's tests, served over HTTP on a loopback port of its own."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from tests.domain.identity.fake_issuer import FakeIssuer, key


class Desk(BaseHTTPRequestHandler):
    """Answers discovery, keys and token requests as OpenID Connect asks for it."""

    issuer: FakeIssuer
    broken: dict[str, Any]

    def do_GET(self) -> None:
        at = self.issuer.issuer
        documents = {
            "/.well-known/openid-configuration": {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize?tenant=neighbours",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/keys",
            },
            "/keys": {"keys": [key("published").as_dict(private=False)]},
        }
        self._answer(200, documents[self.path])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        token = None
        if form["grant_type"] == "authorization_code" and self._client_is_known(form):
            token = self.issuer.id_token(form["code"], form["code_verifier"], form["redirect_uri"])
        if token is None:
            self._answer(400, {"error": "invalid_grant"})
        else:
            self._answer(200, {"access_token": "of no use to us", "token_type": "Bearer", "id_token": token})

    def _client_is_known(self, form: dict[str, str]) -> bool:
        if self.issuer.client_secret is None:
            return form.get("client_id") == self.issuer.client_id
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        known = f"{self.issuer.client_id}:{self.issuer.client_secret}"
        return scheme == "Basic" and unquote_plus(b64decode(encoded).decode()) == known

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        status, document = self.broken.get(self.path, (status, document))
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests read no access log."""


@contextmanager
def served(issuer: FakeIssuer) -> Iterator[dict[str, Any]]:
    """Serve the issuer; yields a dictionary in which tests put broken answers by path: (status, document)."""
    broken: dict[str, Any] = {}
    desk = type("Desk", (Desk,), {"issuer": issuer, "broken": broken})
    server = ThreadingHTTPServer(("127.0.0.1", 0), desk)
    issuer.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield broken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
