"""Loops that live as long as their process are run by `domain.foundation.jobs.loops` alone (decision 0024).

A thread loop written by hand survives the errors that its author thought of, has no heartbeat, and nobody
restarts it. So whatever begins a thread, and whatever repeats itself until it is told to stop, is named here
with the reason why it is no such loop.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import files, tree

OURS = "domain/foundation/jobs/loops.py"
THREADS = {
    "sandbox/server.py": "serves requests; uvicorn's own loop, which the caller waits for",
    "ops/processes.py": "reads a child's output to its end",
    "ops/replay/run.py": "one life of a replay, which ends; its failure is raised in the main thread",
    "bench/": "measures for some seconds",
}
REPEATS = {
    "domain/contributions/standing_inputs/confirmation_graph.py": "draws until somebody is left",
    "domain/credits/statement.py": "reads page after page to the last",
    "workers/ratings.py": "reads page after page to the last",
    "workers/credits.py": "reads page after page to the last",
    "sandbox/timers.py": "carries out what is due to the last",
    "sandbox/webhooks/webhook_sender.py": "carries what is due to the last",
    "ops/front_door.py": "asks until it is answered or patience ends",
    "ops/processes.py": "runs a child to its end; `watch` is the program itself, which ends with it",
    "ops/replay/ending.py": "waits until the market is still, or patience ends",
    "ops/demo/people.py": "draws until a name is free",
    "bench/": "measures for some seconds",
}


def begins_a_thread(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in {"Thread", "Timer", "start_new_thread"}


def repeats_for_ever(node: ast.AST) -> bool:
    """`while True`, `while not stop.is_set()`, `while not stop.wait(…)`, `while running`, and their like."""
    if not isinstance(node, ast.While):
        return False
    if isinstance(node.test, ast.Constant):
        return True
    words = {_name(part) for part in ast.walk(node.test) if isinstance(part, ast.Attribute | ast.Name)}
    return bool(words & {"is_set", "stop", "stopped", "running", "_stop", "_stopped"})


def found(matches: object) -> Iterator[str]:
    for path in files():
        if path != OURS and any(matches(node) for node in ast.walk(tree(path))):  # type: ignore[operator]
            yield path


@pytest.mark.parametrize(
    ("matches", "reasons"),
    [(begins_a_thread, THREADS), (repeats_for_ever, REPEATS)],
    ids=["threads", "repeats"],
)
def test_a_loop_is_run_by_the_one_class_or_named_here_with_its_reason(
    matches: object, reasons: dict[str, str]
) -> None:
    paths = list(found(matches))
    by_hand = [path for path in paths if not path.startswith(tuple(reasons))]
    assert not by_hand, f"Make it the step of a Loop (domain/foundation/jobs/loops.py): {by_hand}"
    gone = [known for known in reasons if not any(path.startswith(known) for path in paths)]
    assert not gone, f"These no longer need a reason: {gone}"


@pytest.mark.parametrize(
    "planted",
    [
        "while True:\n    work()",
        "while not stop.is_set():\n    work()",
        "while not self._stop.wait(1):\n    work()",
        "while 1:\n    work()",
        "while self.running:\n    work()",
    ],
)
def test_a_loop_written_by_hand_would_be_seen(planted: str) -> None:
    assert any(repeats_for_ever(node) for node in ast.walk(ast.parse(planted)))


@pytest.mark.parametrize(
    "planted", ["Thread(target=work)", "threading.Thread(target=work)", "threading.Timer(1, work)"]
)
def test_a_thread_begun_by_hand_would_be_seen(planted: str) -> None:
    assert any(begins_a_thread(node) for node in ast.walk(ast.parse(planted)))


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
