"""What the steps of `talkoo up` share: progress lines, a free port, our own commands."""

import contextlib
import errno
import socket
import sys
import time
from collections.abc import Iterator

from rich.console import Console

_PORTS_TO_TRY = 50


class Progress:
    """A line when a step begins and one when it is done, with its seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextlib.contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Around one step; one that fails leaves its name as the last line before the reason."""
        self._console.print(f"[bold]·[/bold] {step} …", highlight=False)
        began = time.perf_counter()
        yield
        self._console.print(
            f"[bold green]✓[/] {step} [dim]{time.perf_counter() - began:.1f} s[/]", highlight=False
        )


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one nobody listens on."""
    for port in range(wanted, wanted + _PORTS_TO_TRY):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError as failure:
                if failure.errno != errno.EADDRINUSE:
                    raise
            else:
                return port
    raise OSError(errno.EADDRINUSE, f"Ports {wanted} to {wanted + _PORTS_TO_TRY - 1} are all taken.")


def talkoo(*arguments: str) -> list[str]:
    """One of our own commands, with this interpreter."""
    return [sys.executable, "-m", "ops.command", *arguments]
