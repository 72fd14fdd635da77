"""A small HTTP client for tests: who is asking, and what came back."""

from typing import Any
from uuid import UUID

from httpx2 import Response
from starlette.testclient import TestClient

from domain import identity
from domain.foundation import clock, ids
from domain.foundation.persistence.database import Transactions
from domain.identity.authentication import sessions


class Client:
    """Calls the API as nobody, or as the person who signed in."""

    def __init__(self, app: TestClient, transactions: Transactions, token: str | None = None) -> None:
        self.app, self.transactions, self.token = app, transactions, token

    def sign_in(self, user_id: UUID) -> "Client":
        """A client that is this person, with a session that lasts the test."""
        with self.transactions() as session:
            person = identity.get_user(session, user_id)
            tokens = sessions.start_session(session, person, label="tests", at=clock.now())
        return Client(self.app, self.transactions, tokens.access)

    def call(self, method: str, path: str, **more: Any) -> Response:
        """One request; unsafe ones get a fresh Idempotency-Key unless `headers` bring one."""
        headers = {"idempotency-key": str(ids.new())} if method != "GET" else {}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        return self.app.request(method, path, headers=headers | more.pop("headers", {}), **more)

    def get(self, path: str, **more: Any) -> Response:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Response:
        return self.call("POST", path, json={} if body is None else body, **more)

    def put(self, path: str, body: Any, **more: Any) -> Response:
        return self.call("PUT", path, json=body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> Response:
        return self.call("PATCH", path, json=body, **more)

    def delete(self, path: str, **more: Any) -> Response:
        return self.call("DELETE", path, **more)
