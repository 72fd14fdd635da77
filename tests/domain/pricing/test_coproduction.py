"""What a market's policy says of tasks and credits, and what it means where it says nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.foundation import ids
from domain.markets import MarketPolicy, PolicyVersion
from domain.pricing import CreditRules, TaskRules, credit_rules, task_rules

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def version(contributions: dict[str, Any]) -> PolicyVersion:
    return PolicyVersion(
        id=ids.new(),
        market_id=ids.new(),
        number=1,
        rules=MarketPolicy(contributions=contributions),
        active_from=AT,
        created_by=None,
        created_at=AT,
        note="",
    )


def test_a_market_that_says_nothing_has_neither_tasks_nor_credits() -> None:
    for document in ({}, {"kinds": {}}):
        assert (task_rules(version(document)), credit_rules(version(document))) == (None, None)


def test_a_section_is_read_whatever_else_the_document_has() -> None:
    found = version({"kinds": {"anything": 1}, "tasks": {}})
    assert task_rules(found) == TaskRules()
    assert credit_rules(found) is None
    assert credit_rules(version({"credits": {"value_amount": 10}})) == CreditRules(value_amount=10)


def test_the_customer_s_part_is_that_of_the_provider_s_segment() -> None:
    rules = TaskRules.model_validate({"sharing_bp": {"default": 6_000, "by_segment": {"artisan": 8_000}}})
    assert [rules.sharing_of(segment) for segment in ("artisan", "amateur", None)] == [8_000, 6_000, 6_000]


@pytest.mark.parametrize(
    "sharing", [{"default": 4_999}, {"default": 10_001}, {"by_segment": {"artisan": 0}}, {"platform": 1_000}]
)
def test_customers_are_given_half_at_least_and_the_platform_nothing(sharing: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TaskRules.model_validate({"sharing_bp": sharing})


@pytest.mark.parametrize("name", ["fee_discount_most_bp", "theta_bp"])
def test_no_more_than_half_of_a_fee_is_given_or_paid_with(name: str) -> None:
    CreditRules.model_validate({name: 5_000})
    with pytest.raises(ValidationError):
        CreditRules.model_validate({name: 5_001})


def test_a_document_that_cannot_be_read_gives_nothing_and_stops_nobody() -> None:
    found = version({"tasks": {"sharing_bp": {"default": 1}}})
    assert (task_rules(found), credit_rules(found)) == (None, None)
