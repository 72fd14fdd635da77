"""Two starts in one folder do not get in each other's way."""

import os
import subprocess
import sys
from pathlib import Path

HOLD = (
    sys.executable,
    "-c",
    "import ops.workplace as w\nwith w.only_one(): print('held', flush=True); input()",
)
UP = (sys.executable, "-m", "ops.command", "up")


def test_a_second_start_in_the_same_folder_is_told_who_was_first_and_touches_nothing(tmp_path: Path) -> None:
    with hold(tmp_path) as first:
        second = subprocess.run(UP, env=at_home(tmp_path), check=False, capture_output=True, text=True)
        first.kill()
    assert second.returncode == 1
    assert f"already (process {first.pid})" in "".join(second.stderr.split("\n"))
    assert [path.name for path in tmp_path.iterdir()] == ["up.lock"]


def test_a_start_after_a_kill_9_is_not_blocked_by_the_dead(tmp_path: Path) -> None:
    for _ in range(2):
        with hold(tmp_path) as held:
            held.kill()


def hold(home: Path) -> subprocess.Popen[str]:
    """A process that holds the folder."""
    holder = subprocess.Popen(
        HOLD, env=at_home(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def at_home(home: Path) -> dict[str, str]:
    return {**os.environ, "TALKOO_HOME": str(home)}
