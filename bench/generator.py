"""A load generator in a process of its own: raw sockets kept open, one small parser, nothing else.

It reads orders from its input, one JSON document a line, and answers each with one line. An order without a
`rate` is a closed loop: each connection sends its next request when the one before is answered. With a rate
requests are due at even distances, whatever became of the ones before, and a latency counts from the moment
its request was due: a server that stalls is not spared the requests that it kept from being sent.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httptools

CONNECTIONS_WITH_A_RATE = 64  # more than any server here answers at once, so that none waits on our side
Answered = Callable[["_Connection"], None]


@dataclass
class Result:
    """Latencies in milliseconds in the order of the answers, and how many answers had which status."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0


class _Connection(asyncio.Protocol):
    """One connection; `began` is when its request was due."""

    def __init__(self, answered: Answered, lost: Answered) -> None:
        self.answered, self.lost, self.began = answered, lost, 0.0
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        self.lost(self)

    def on_message_complete(self) -> None:
        self.answered(self)

    def send(self, request: bytes, began: float) -> None:
        self.began = began
        self.transport.write(request)


class _Load:
    """One order at work."""

    def __init__(self, requests: Sequence[bytes], seconds: float) -> None:
        self.left = deque(requests)
        self.until = time.perf_counter() + seconds
        self.result, self.idle, self.under_way = Result(), deque[_Connection](), 0
        self.due: deque[float] | None = None  # with a rate: when the requests that wait were due
        self.done = asyncio.Event()

    def answered(self, connection: _Connection) -> None:
        now = time.perf_counter()
        self.result.latencies.append((now - connection.began) * 1_000)
        self.result.statuses[connection.parser.get_status_code()] += 1
        self.under_way -= 1
        self.idle.append(connection)
        self.go_on()

    def lost(self, connection: _Connection) -> None:
        if connection in self.idle:
            self.idle.remove(connection)
        elif not self.done.is_set():
            self.result.lost += 1
            self.under_way -= 1
            self.go_on()

    def go_on(self) -> None:
        now = time.perf_counter()
        over = not self.left or now > self.until
        while self.idle and not over and (self.due is None or self.due):
            began = now if self.due is None else self.due.popleft()
            self.under_way += 1
            self.idle.popleft().send(self.left.popleft(), began)
            over = not self.left
        if over and not self.under_way:
            self.done.set()

    async def arrive(self, rate: float) -> None:
        """Let one request become due after the other."""
        self.due, started = deque(), time.perf_counter()
        for number in range(len(self.left)):
            due = started + number / rate
            await asyncio.sleep(due - time.perf_counter())
            if due > self.until:
                break
            self.due.append(due)
            self.go_on()
        self.until = 0.0
        self.go_on()


async def carry_out(order: dict[str, Any], requests: Sequence[bytes]) -> dict[str, Any]:
    """Send what the order says and tell how it went; ends at the latest some seconds after its time."""
    load = _Load(requests[order["first"] : order["first"] + order["count"]], order["seconds"])
    rate = order.get("rate")
    for _ in range(CONNECTIONS_WITH_A_RATE if rate else order["connections"]):
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: _Connection(load.answered, load.lost), "127.0.0.1", order["port"]
        )
        load.idle.append(connection)
    began, worked = time.perf_counter(), time.process_time()
    connections = list(load.idle)
    arrivals = asyncio.create_task(load.arrive(rate)) if rate else None
    if arrivals is None:
        load.go_on()
    async with asyncio.timeout(order["seconds"] + 30):
        await load.done.wait()
    told = {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - worked,
        "latencies": load.result.latencies,
        "statuses": dict(load.result.statuses),
        "lost": load.result.lost,
    }
    if arrivals is not None:
        arrivals.cancel()
    for connection in connections:
        connection.transport.close()
    return told


def main() -> None:
    """Carry out orders until the input ends."""
    requests: dict[str, list[bytes]] = {}
    for line in sys.stdin:
        order = json.loads(line)
        path = order["requests"]
        if path not in requests:
            requests[path] = [text.encode("latin-1") for text in json.loads(Path(path).read_text())]
        sys.stdout.write(json.dumps(asyncio.run(carry_out(order, requests[path]))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
