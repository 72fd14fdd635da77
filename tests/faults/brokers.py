"""Brokers that go away, come back and forget: a Redis of our own, or a RabbitMQ behind a proxy of ours."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol, Self
from urllib.parse import urlsplit

import redis
from kombu import Connection

from tests.faults.programs import Program
from workers.app import DELIVERIES, SWEEPS

_QUEUES = (DELIVERIES, SWEEPS)


class Broker(Protocol):
    """What the tests do with a broker."""

    url: str

    def go_away(self) -> None: ...

    def come_back(self) -> None: ...

    def forget(self) -> None: ...


class Redis:
    """A Redis that this test started."""

    def __init__(self, program: Program, url: str) -> None:
        self.program, self.url = program, url

    def go_away(self) -> None:
        self.program.kill()

    def come_back(self) -> None:
        self.program.start()

    def forget(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()


class Rabbit:
    """A queue on somebody's RabbitMQ that nobody else uses, reached through a proxy that can be cut."""

    def __init__(self, server_url: str, proxy: "Proxy") -> None:
        self._server_url, self._proxy = server_url, proxy
        address = urlsplit(server_url)
        login = f"{address.username}:{address.password}"
        self.url = f"amqp://{login}@127.0.0.1:{proxy.port}{address.path}"

    def go_away(self) -> None:
        self._proxy.cut()

    def come_back(self) -> None:
        self._proxy.restore()

    def forget(self) -> None:
        with Connection(self._server_url) as connection, connection.channel() as channel:
            for queue in _QUEUES:
                channel.queue_purge(queue)


@contextmanager
def rabbit(server_url: str) -> Iterator[Rabbit]:
    """The RabbitMQ of this address. Refuses one whose queue somebody else has; ours is removed afterwards."""
    with Connection(server_url) as connection, connection.channel() as channel:
        for queue in _QUEUES:
            declared = channel.queue_declare(queue, durable=True, auto_delete=False)
            assert (declared.message_count, declared.consumer_count) == (0, 0), (
                "somebody else uses this queue"
            )
    address = urlsplit(server_url)
    with Proxy(address.hostname or "127.0.0.1", address.port or 5672) as proxy:
        yield Rabbit(server_url, proxy)
    with Connection(server_url) as connection, connection.channel() as channel:
        for queue in _QUEUES:
            channel.queue_delete(queue)


class Proxy:
    """A door to a TCP server that can be shut: open connections end, new ones are refused."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._open: set[asyncio.StreamWriter] = set()
        self._pipes: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.restore()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Shut the door."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    def restore(self) -> None:
        """Open it again."""
        asyncio.run_coroutine_threadsafe(self._restore(), self._loop).result(10)

    async def _restore(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._to)
        except OSError:
            writer.close()
            return
        self._open |= {writer, far_writer}
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            pipe = asyncio.create_task(self._pour(source, sink))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _pour(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        self._open.discard(sink)
        with suppress(OSError):
            sink.close()
            await sink.wait_closed()
