"""A head that is too large is refused by the server itself, early, and nothing grows meanwhile."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from api.protocol import LARGEST_HEAD, BoundedHeadProtocol
from tests.together import PATIENCE, eventually

ENOUGH = 20_000_000  # bytes that a client would like to send
START = b"GET / HTTP/1.1\r\nhost: x\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
LINE = b"x-%d: " + b"a" * 100 + b"\r\n"


async def app(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """Reads the body and answers how many headers there were."""
    while (await receive()).get("more_body"):
        pass
    text = str(len(scope["headers"])).encode()
    headers = [(b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            app, http=BoundedHeadProtocol, lifespan="off", ws="none", log_level="critical"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        assert eventually(lambda: server.started)
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(PATIENCE)


def exchange(port: int, *pieces: bytes) -> tuple[bytes, int]:
    """What the server answers, and how many bytes it took until it closed the connection or all was sent."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
                sent += len(piece)
        answer = b""
        with suppress(ConnectionError):
            while piece := connection.recv(65_536):
                answer += piece
                if b"\r\n\r\n" in answer and answer.startswith(b"HTTP/1.1 200"):
                    break
    return answer, sent


def endless(start: bytes, piece: bytes) -> list[bytes]:
    return [start, *[piece] * (ENOUGH // len(piece))]


ATTACKS = {
    "a request line": endless(b"GET /", b"a" * 10_000),
    "one header's value": endless(START + b"x-long: ", b"a" * 10_000),
    "one header's name": endless(START, b"a" * 10_000),
    "many headers": endless(START, b"".join(LINE % n for n in range(100))),
    "a chunk's extension": endless(CHUNKED + b"1;", b"a" * 10_000),
    "one trailer": endless(CHUNKED + b"1\r\nx\r\n0\r\nx-long: ", b"a" * 10_000),
    "many trailers": endless(CHUNKED + b"1\r\nx\r\n0\r\n", b"".join(LINE % n for n in range(100))),
    "all at once": [START + b"x-long: " + b"a" * (2 * LARGEST_HEAD) + b"\r\n\r\n"],
    "the second request": endless(START + b"\r\n" + START + b"x-long: ", b"a" * 10_000),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_head_that_is_too_large_is_refused_early(port: int, attack: str):
    answer, sent = exchange(port, *ATTACKS[attack])
    refused = answer.rpartition(b"HTTP/1.1 ")[2]
    # The operating system may drop the answer of a connection that is closed while more arrives.
    assert not answer or refused[:3] in {b"431", b"400"} or attack == "the second request"
    assert sent < ENOUGH / 2, "the server went on reading"


def test_a_head_that_is_too_large_is_answered_with_431(port: int):
    answer, _ = exchange(port, START + b"x-long: " + b"a" * LARGEST_HEAD)
    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"application/problem+json" in answer


def test_a_large_head_within_the_bound_and_a_large_body_pass(port: int):
    head = START + b"x-long: " + b"a" * (LARGEST_HEAD - 200) + b"\r\n"
    assert exchange(port, head + b"\r\n")[0].endswith(b"\r\n\r\n2")
    body = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n"
    assert exchange(port, body, *[b"b" * 10_000] * 100)[0].startswith(b"HTTP/1.1 200")


def test_many_requests_on_one_connection_each_have_the_whole_bound(port: int):
    head = START + b"x-long: " + b"a" * (LARGEST_HEAD // 2) + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        for _ in range(5):
            connection.sendall(head)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


def test_a_server_is_told_nothing_about_its_clients_by_them(port: int):
    from ops.services import SECONDS_KEPT_ALIVE, api_command

    command = api_command("127.0.0.1", port, 2)
    assert "--no-proxy-headers" in command
    assert command[command.index("--http") + 1] == "api.protocol:BoundedHeadProtocol"
    assert command[command.index("--timeout-keep-alive") + 1] == str(SECONDS_KEPT_ALIVE)
