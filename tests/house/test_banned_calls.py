"""Calls that were mistakes every time, each with the place where it is right."""

import re

import pytest

from tests.house.source import files

BANNED = (
    (r"\.delay\(|apply_async\(|send_task\(", r"^workers/app\.py$", "Only relay and clock send messages: record a fact."),
    (r"datetime\.(now|utcnow|today)\(|date\.today\(", r"^(domain/foundation/clock|sandbox/clock)\.py$", "Pass `at` down; ask foundation.clock once."),
    (r"(?i)(?<![.\w])(now|(clock|statement|transaction)_timestamp)\(\)(?! ->)|\bcurrent_(date|time(stamp)?)\b", r"^(workers/(relay|task)|domain/foundation/jobs/job_failures)\.py$", "The database's clock is not the market's: pass `at`."),
    (r"\buuid4\(|\buuid1\(", r"^$", "Ask foundation.ids.new(): version 7 sorts by time."),
    (r"^import random|^from random|random\.(random|choice|randint|uniform)\(", r"^(domain/foundation/(persistence/database|jobs/loops)|ops/.*|bench/.*|sandbox/.*)\.py$", "Rules are pure; secrets come from `secrets`."),
    (r"os\.environ|os\.getenv", r"^(domain/foundation/configuration/settings|ops/.*|bench/.*|migrations/.*|sandbox/.*)\.py$", "One settings class reads the environment."),
    (r"\.commit\(\)", r"^(domain/foundation/persistence/database|migrations/env|sandbox/.*|ops/.*|bench/.*)\.py$", "Domain code flushes; whoever opened the transaction commits."),
    (r"time\.sleep\(|^from time import .*\bsleep\b", r"^(domain/foundation/persistence/database|ops/.*|sandbox/.*|bench/.*)\.py$", "Nothing here waits by sleeping."),
    (r"\bround\(", r"^(?!domain/(ledger|payments|pricing|bookings)/)", "Money is rounded by foundation.money, in integers."),
    (r"#\s*(TODO|FIXME|XXX|HACK)", r"^$", "Build it, or write an issue."),
    (r"(?<![.\w])print\(", r"^(ops|bench)/", "Log it, or write it to the terminal in ops/."),
    (r"except (Base)?Exception(?!.*# noqa: BLE001 )|except:", r"^sandbox/store\.py$", "Catch what you can do something about; say why where you must catch all."),
)  # fmt: skip


@pytest.mark.parametrize(("pattern", "right_in", "instead"), BANNED, ids=[row[2][:40] for row in BANNED])
def test_a_banned_call_stands_only_where_it_is_right(pattern, right_in, instead):
    found = [
        f"{path}:{number}"
        for path, text in files().items()
        if not re.search(right_in, path)
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line) and not line.lstrip().startswith(("#", '"'))
    ]
    assert not found, f"{instead} Found in {', '.join(found)}"
