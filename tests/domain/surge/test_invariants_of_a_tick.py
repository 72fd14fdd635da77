"""What holds of every price, over more than a million generated ones; and that each check can fail."""

import numpy as np
import pytest

from domain.surge import estimate, livable, response
from tests.domain.surge import generated
from tests.domain.surge.generated import TOWNS, cases, town

INVARIANTS = (
    generated.caps_broken,
    generated.floors_broken,
    generated.off_the_grid,
    generated.rate_broken,
    generated.dwell_broken,
    generated.neighbours_torn,
    generated.not_finite,
    generated.raised_without_the_second_key,
    generated.missing_read_as_nobody,
)


@pytest.fixture(scope="module")
def towns():
    """Lived through before any guard is removed, in whatever order tests come."""
    return [town(seed) for seed in range(TOWNS)]


def test_there_are_more_than_a_million_cases(towns):
    assert cases(towns) > 1_000_000


def test_the_cases_are_worth_looking_at(towns):
    """Prices rise, fall, wait, are held, limited, lowered, capped and raised; else nothing was tried."""
    reasons = np.concatenate([each.prices.reasons.ravel() for town in towns for each in town.ticks])
    for reason in (1 << bit for bit in range(8)):
        assert (reasons & reason > 0).mean() > 1e-3, reason
    shown = np.concatenate([each.shown.ravel() for town in towns for each in town.ticks])
    assert shown.min() < 10_000
    assert shown.max() >= 18_000


@pytest.mark.parametrize("broken", INVARIANTS, ids=lambda check: check.__name__)
def test_no_price_breaks_what_must_hold(towns, broken):
    assert [broken(each) for each in towns] == [0] * TOWNS


def unchanged(moved, *_):
    return moved


def without_clean_grid(moved, raw_bp, _rules):
    return livable.Moved(raw_bp.astype(np.int32), moved.reasons)


def always_unmet(pressed, calm, unmet, rules):
    return RAW(pressed, calm, np.ones_like(unmet), rules)


def nobody_asked(before, *, asked, baseline, left):
    return UPDATED(before, asked=np.nan_to_num(asked), baseline=baseline, left=left)


def believed_without_end(ratio):
    return ratio / np.maximum(ratio - ratio, 0)


RAW, UPDATED = response.raw, estimate.updated
GUARDS = (
    (livable, "caps", unchanged, generated.caps_broken),
    (livable, "floors", unchanged, generated.floors_broken),
    (livable, "hysteresis", without_clean_grid, generated.off_the_grid),
    (livable, "rate", unchanged, generated.rate_broken),
    (livable, "dwell", unchanged, generated.dwell_broken),
    (livable, "neighbours", unchanged, generated.neighbours_torn),
    (estimate, "_believed", believed_without_end, generated.not_finite),
    (response, "raw", always_unmet, generated.raised_without_the_second_key),
    (estimate, "updated", nobody_asked, generated.missing_read_as_nobody),
)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:divide by zero:RuntimeWarning")
@pytest.mark.parametrize(
    ("room", "guard", "without", "broken"), GUARDS, ids=[check.__name__ for *_, check in GUARDS]
)
def test_the_check_is_red_when_its_guard_is_removed(room, guard, without, broken, monkeypatch):
    monkeypatch.setattr(room, guard, without)
    assert broken(town(0, ticks=40, radius=8)) > 0


def test_every_invariant_has_a_guard_that_was_removed():
    assert {broken for *_, broken in GUARDS} == set(INVARIANTS)
