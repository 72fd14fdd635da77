"""Trouble of the database as a client sees it: 503 with Retry-After, never 500; and when it is not ready."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
import pytest
from sqlalchemy import make_url, text
from starlette.testclient import TestClient

from api.app import create
from domain import registry
from domain.foundation.configuration.settings import settings
from domain.foundation.persistence.database import Transactions, build_engine
from tests.client import Client

SIGN_UP = {"email": "aino@example.org", "password": "a long enough password", "name": "Aino", "locale": "fi"}
ASK_AGAIN = {
    "53100": "30",
    "53200": "5",
    "58030": "5",
    "25006": "5",
    "57P05": "1",
    "55P03": "1",
    "57014": "1",
}


@contextmanager
def failing(transactions: Transactions, code: str) -> Iterator[None]:
    """While the block lasts, every new user is refused by the server with this SQLSTATE."""
    body = f"BEGIN RAISE EXCEPTION 'a test' USING ERRCODE = '{code}'; END"
    with transactions() as session:
        session.execute(
            text(f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"),
        )
        session.execute(
            text("CREATE TRIGGER failing BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION fail()")
        )
    try:
        yield
    finally:
        with transactions() as session:
            session.execute(text("DROP FUNCTION fail() CASCADE"))


@pytest.mark.parametrize("code", [*ASK_AGAIN, "40003", "40001"])
def test_trouble_of_the_server_is_answered_with_503_and_the_same_request_works_afterwards(
    client: Client, transactions: Transactions, code: str
):
    headers = {"idempotency-key": f"trouble-{code}"}
    with failing(transactions, code):
        answer = client.post("/users", SIGN_UP, headers=headers)
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == ASK_AGAIN.get(code, "1")
    assert answer.json()["type"] == f"/problems/{'outcome-unknown' if code == '40003' else 'unavailable'}"
    assert "a test" not in answer.text
    assert client.post("/users", SIGN_UP, headers=headers).status_code == 202


@contextmanager
def serving(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("DATABASE_URL", url)
    settings.cache_clear()
    try:
        with TestClient(create(gateway=object()), base_url="http://talkoo.test") as app:  # type: ignore[arg-type]  # nobody pays here
            yield app
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_read_only_database_is_not_ready_serves_reads_and_says_what_is_so(
    empty_database: Callable[[], AbstractContextManager[str]], monkeypatch: pytest.MonkeyPatch
):
    with empty_database() as url:
        engine = build_engine(url, pool_size=1, name="tests of trouble")
        registry.metadata().create_all(engine)
        engine.dispose()
        with serving(url, monkeypatch) as app:
            assert app.get("/health/ready").status_code == 204
            address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(address, autocommit=True) as other:
                name = make_url(url).database
                other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            assert app.get("/health/ready").status_code == 503
        with serving(url, monkeypatch) as app:
            assert app.get("/health/live").status_code == 204
            assert app.get("/markets").status_code == 200
            answer = app.post("/users", json=SIGN_UP)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "can still be read" in answer.json()["detail"]


def test_a_locked_table_does_not_make_the_process_unready(client: Client, transactions: Transactions):
    with transactions() as session:
        session.execute(text("LOCK TABLE markets IN ACCESS EXCLUSIVE MODE"))
        assert client.get("/health/ready").status_code == 204
