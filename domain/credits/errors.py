"""Errors of credits, pots and patronage."""

from domain.foundation.errors import Conflict, Forbidden, NotFound, Unacceptable


class CreditsNotEnabled(Conflict):
    """The market's policy in force says nothing of credits, so nothing is given in them or paid with them."""

    slug = "credits-not-enabled"
    title = "This market has no credits"


class PayoutNotOffered(Conflict):
    """The market does not pay credits out; they pay service fees, shield from surge and help others."""

    slug = "payout-not-offered"
    title = "Credits are not paid out here"


class PotNotFound(NotFound):
    """There is no such pot, or none that this caller may know of."""

    slug = "pot-not-found"
    title = "There is no such pot"


class PotAlreadyOpen(Conflict):
    """This person has an open pot in the market; give into that one."""

    slug = "pot-already-open"
    title = "There is a pot for this person already"
    constraint = "one_open_pot_per_person"


class PotClosed(Conflict):
    """The pot takes no more gifts. What was given into it still pays."""

    slug = "pot-closed"
    title = "This pot is closed"


class PersonalPot(Conflict):
    """The pot stands for one person, whose service fees alone it pays."""

    slug = "personal-pot"
    title = "This pot belongs to one person"


class PurposePotRequiresOperator(Forbidden):
    """A pot without a person serves a purpose of the market; its operators open it and say whom it helps."""

    slug = "purpose-pot-requires-operator"
    title = "Only operators open a pot for a purpose"


class SurplusTooLarge(Unacceptable):
    """More cannot be given back for a period than the market earned in it."""

    slug = "surplus-too-large"
    title = "The market did not earn that much in this period"


class PeriodNotOver(Conflict):
    """A surplus is known when its period is over."""

    slug = "period-not-over"
    title = "This period is not over yet"


class SurplusAlreadySplit(Conflict):
    """A part of this period has had its surplus split; each is split once."""

    slug = "surplus-already-split"
    title = "The surplus of this period is split already"
    constraint = "a_surplus_is_split_once"


class NothingToSplit(Conflict):
    """Nobody brought anything in that the formula weighs."""

    slug = "nothing-to-split"
    title = "Nobody has a share in this period"


class PatronageRoundNotFound(NotFound):
    """There is no such round of patronage, or none in which this caller has a share."""

    slug = "patronage-round-not-found"
    title = "There is no such round of patronage"
