"""Ports for servers of tests that must know theirs before they start."""

import random
import socket

# Below those that the kernel hands out by itself, so that nobody is given one between our look and its use.
_OURS = range(20_000, 32_000)


def free_port() -> int:
    """A port of this machine that nobody listens on. Chance keeps test runs side by side apart."""
    for port in random.SystemRandom().sample(_OURS, 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:  # somebody listens there
            continue
    raise AssertionError("no free port on this machine")
