"""`python -m workers.health worker|relay|clock|all`: how the loops of a part on this machine are.

Exits with 1 and names the loop when one hangs, ended, or has failed for a minute. A container asks this every
few seconds, so it imports no domain code: a quarter of a second instead of five.
"""

import argparse
import sys
from typing import Final

from domain.foundation.configuration.settings import Settings, settings
from domain.foundation.jobs.heartbeats import HeartbeatFolder

SUPERVISOR: Final = "supervisor"
LOOPS: Final = {
    "relay": ("relay", "listener", SUPERVISOR),
    "clock": ("clock", SUPERVISOR),
    "worker": ("worker", SUPERVISOR),
    "all": ("relay", "listener", "clock", "worker", SUPERVISOR),
}
"""The loops of each part, as their heartbeats are called."""


def main(arguments: list[str] | None = None) -> int:
    """Write what is wrong with the loops of a part. Returns 0 if nothing is."""
    parser = argparse.ArgumentParser(prog="python -m workers.health", description=__doc__)
    parser.add_argument("part", choices=[*LOOPS])
    found = problems(parser.parse_args(arguments).part, settings())
    sys.stdout.write("\n".join(found or ["All loops work."]) + "\n")
    return 1 if found else 0


def problems(part: str, chosen: Settings) -> list[str]:
    """What is wrong with the loops of a part, one line for each. Empty means all of them work."""
    if chosen.heartbeat_folder is None:
        return ["HEARTBEAT_FOLDER is not set, so nobody knows how the loops are."]
    return HeartbeatFolder(chosen.heartbeat_folder).problems(LOOPS[part])


if __name__ == "__main__":
    sys.exit(main())
