"""Every fact has a reader, or is marked as one that people look up."""

import re

import pytest
from workers.subscriptions import READERS

from domain.foundation.events import Fact
from domain.registry import metadata

metadata()
FACTS = [fact for fact in Fact.every() if fact.__module__.startswith("domain.")]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_a_fact_has_a_reader_or_is_kept_for_people(fact):
    assert fact.audit_only != (fact.name in READERS), (
        f"{fact.name}: either a worker reads it (workers/subscriptions.py) or it is `audit_only`, not both."
    )


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_a_fact_is_frozen_past_and_named_after_its_noun(fact):
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", fact.name), "A fact is called noun.past_tense."
    assert fact.__dataclass_params__.frozen, "What happened does not change."
    assert fact.__doc__, "Say what happened in a sentence."


def test_a_subscription_is_to_a_fact_that_there_is():
    assert set(READERS) <= {fact.name for fact in FACTS}


def test_a_facts_name_belongs_to_one_fact():
    names = [fact.name for fact in FACTS]
    assert len(names) == len(set(names))
