"""Run a command that ends when the process that asked for it ends, even by `kill -9`.

A supervisor that is killed cannot clean up; what it started would hold ports and locks permanently. Linux can
send a signal to a child whose parent has gone, if the child asks for it after its last change of user and
before it becomes the program it is meant to be. That moment belongs to the child, hence this small
program in between: `preexec_fn` would run Python after a fork beside living threads, which can deadlock and
warns on newer Pythons. Where there is no such signal the command runs all the same.

The signal follows the *thread* that started the child, so children are started from the main thread.

This file is run by its path in an isolated interpreter (20 ms), so it imports only the standard library.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>
_UNCHANGED = -1


def tied(
    command: Sequence[str], *, ending: signal.Signals, owner: tuple[int, int] | None = None
) -> list[str]:
    """The command, to be started by this very process, that gets `ending` when this process dies.

    With an `owner` (user, group) it becomes that user on the way, who need not be able to read this program.
    """
    uid, gid = owner or (_UNCHANGED, _UNCHANGED)
    arguments = [str(int(ending)), str(os.getpid()), str(uid), str(gid)]
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), *arguments, *command]


def main() -> None:
    """Become the user, ask for the signal, become the command."""
    ending, parent, uid, gid = (int(word) for word in sys.argv[1:5])
    command = sys.argv[5:]
    if uid != _UNCHANGED:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ending)
    if os.getppid() != parent:  # it died before we could ask
        sys.exit("The process that asked for this one has gone.")
    os.execvp(command[0], command)  # noqa: S606  the whole purpose: become the command, without a shell


if __name__ == "__main__":
    main()
