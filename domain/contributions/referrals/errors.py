"""Errors of referrals."""

from domain.foundation.errors import Conflict, Unacceptable


class ReferralNotPossible(Unacceptable):
    """The code is nobody's, or who uses it is not new here; which of them is not told."""

    slug = "referral-not-possible"
    title = "This referral is not possible"


class ReferralAlreadyUsed(Conflict):
    """A person is referred to a market once."""

    slug = "referral-already-used"
    title = "You used a referral code already"
    constraint = "a_person_is_referred_to_a_market_once"
