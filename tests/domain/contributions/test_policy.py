"""What a market may decide about contributions, and what it may not."""

import pytest
from pydantic import ValidationError

from domain import contributions
from domain.contributions import ContributionFunder, ContributionKind

PIECE = {"most_units_milli": 1_000, "verifier": "moderator"}
OF_A_FEE = PIECE | {"funder": "booking_fee"}
ABOUT_A_BOOKING = ["review", "referral", "trial", "slot_swap", "covering_no_show"]


@pytest.mark.parametrize("kind", sorted(set(ContributionKind) - {*ABOUT_A_BOOKING, "patience"}))
@pytest.mark.parametrize("where", ["everywhere", "in a segment"])
def test_no_booking_bears_what_is_never_about_one(kind, where):
    """Nothing would bound it: neither a fee, for there is none, nor the pool, for that does not pay it."""
    kinds = {"kinds": {kind: OF_A_FEE}}
    document = kinds if where == "everywhere" else {"segments": {"students": kinds}}
    with pytest.raises(ValidationError, match=f"no booking bears .*{kind}"):
        contributions.parse_policy(document)


@pytest.mark.parametrize("kind", ABOUT_A_BOOKING)
def test_a_booking_bears_what_is_about_it(kind):
    read = contributions.parse_policy({"kinds": {kind: OF_A_FEE}})
    assert read is not None
    assert read.kinds[ContributionKind(kind)].funder is ContributionFunder.BOOKING_FEE


@pytest.mark.parametrize("funder", ["pool", "booking_fee"])
def test_patience_is_never_paid(funder):
    with pytest.raises(ValidationError, match="patience is thanked"):
        contributions.parse_policy({"kinds": {"patience": PIECE | {"funder": funder}}})
