"""Every fact has a reader, or is marked as one that people look up."""

import re

from domain.foundation.events import DomainEvent
from domain.registry import metadata
from workers.subscriptions import READERS

metadata()
FACTS = [fact for fact in DomainEvent.all_classes() if fact.__module__.startswith("domain.")]


def test_a_fact_has_a_reader_or_is_kept_for_people():
    wrong = [fact.name for fact in FACTS if fact.audit_only == (fact.name in READERS)]
    assert not wrong, f"Let a worker read it (workers/subscriptions.py), or make it `audit_only`: {wrong}"


def test_a_fact_is_frozen_past_and_named_after_its_noun():
    for fact in FACTS:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", fact.name), f"{fact.name}: a fact is called noun.past_tense."
        assert fact.__dataclass_params__.frozen, f"{fact.name}: what happened does not change."
        assert fact.__doc__, f"{fact.name}: say what happened in a sentence."


def test_a_subscription_is_to_a_fact_that_there_is():
    assert set(READERS) <= {fact.name for fact in FACTS}


def test_a_facts_name_belongs_to_one_fact():
    names = [fact.name for fact in FACTS]
    assert len(names) == len(set(names))
