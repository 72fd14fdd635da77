"""Every lifecycle is total: each state can be reached, and each that is not final can be left."""

from importlib import import_module

import pytest

from domain.foundation.lifecycle import Lifecycle
from tests.house.source import ROOT

LIVES = [
    life
    for path in sorted((ROOT / "domain").glob("*/lifecycle.py"))
    if path.parent.name != "foundation"
    for life in vars(import_module(f"domain.{path.parent.name}.lifecycle")).values()
    if isinstance(life, Lifecycle)
]


def test_there_are_lifecycles():
    assert {life.noun for life in LIVES} >= {"booking", "offer"}


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.noun)
def test_every_state_can_be_reached_and_every_other_but_the_final_ones_left(life):
    states = set(type(next(iter(life.initial))))
    reached = set(life.initial)
    while more := {row.target for row in life.transitions if row.sources & reached} - reached:
        reached |= more
    assert reached == states, f"Nobody comes to {states - reached}."
    for state in states - life.final:
        assert any(state in row.sources for row in life.transitions), f"Nothing leads out of {state}."
    for state in life.final:
        assert not any(state in row.sources for row in life.transitions), f"{state} is final and can be left."


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.noun)
def test_a_name_leads_from_one_state_to_one_state_for_one_actor(life):
    for state in type(next(iter(life.initial))):
        for row in life.transitions:
            same = [
                other
                for other in life.transitions
                if other.name == row.name
                and state in other.sources
                and state in row.sources
                and other.actors & row.actors
            ]
            assert len({other.target for other in same}) <= 1, f"{row.name} from {state} is ambiguous"


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.noun)
def test_the_picture_in_the_architecture_is_drawn_from_the_table(life):
    assert life.mermaid_diagram() in (ROOT / "ARCHITECTURE.md").read_text(), "Run `make documents`."
