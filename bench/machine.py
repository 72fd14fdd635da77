"""What was measured on, and what processes have cost so far."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")
_PACKAGES = ("fastapi", "starlette", "uvicorn", "pydantic", "sqlalchemy", "sqlmodel", "psycopg", "orjson")


def described(postgres: str) -> dict[str, Any]:
    """The machine and the versions, as results carry them."""
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gigabytes": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgres": postgres,
        "load_average": [round(each, 2) for each in os.getloadavg()],
        "packages": {name: version(name) for name in _PACKAGES},
    }


def cpu_seconds(pids: Iterable[int]) -> float:
    """What these processes have used of processors, in seconds; those that have ended count nothing."""
    return sum(_cpu_seconds(pid) for pid in pids)


def family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def _cpu_seconds(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    user, system = told[11:13]  # utime and stime, fields 14 and 15 of proc(5)
    return (int(user) + int(system)) / _TICKS


def processor() -> str:
    """The model's name, as the system gives it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
