"""What contributions refuse, and what can be done about it."""

from domain.contributions.standing_errors import LevelAppealIsYourOwn as LevelAppealIsYourOwn  # noqa: PLC0414 -- found here
from domain.contributions.standing_errors import LevelDecisionNotFound as LevelDecisionNotFound  # noqa: PLC0414 -- found here
from domain.contributions.standing_errors import LevelNotAppealable as LevelNotAppealable  # noqa: PLC0414 -- found here
from domain.contributions.standing_errors import NoLevelAppealOpen as NoLevelAppealOpen  # noqa: PLC0414 -- found here
from domain.foundation.errors import Conflict, Forbidden, NotFound, Unacceptable


class KindNotTaken(Unacceptable):
    """This market's policy has no such kind of contribution, or none at all."""

    slug = "kind-not-taken"
    title = "This market takes no such contributions"


class CallNotFound(NotFound):
    """There is no such call."""

    slug = "call-not-found"
    title = "There is no such call"


class CallClosed(Conflict):
    """Nobody is asked any more; what was done can be claimed without the call."""

    slug = "call-closed"
    title = "This call is closed"


class CallFull(Conflict):
    """As many as were asked for have promised; a place is free again when somebody withdraws."""

    slug = "call-full"
    title = "Enough people have promised"
    constraint = "calls_take_no_more_than_they_want"


class CallsOpenAlready(Conflict):
    """Somebody has as many open calls as a person may; close one first."""

    slug = "calls-open-already"
    title = "You have enough open calls"


class CommittedAlready(Conflict):
    """A person answers a call once at a time."""

    slug = "committed-already"
    title = "You have promised this already"
    constraint = "a_call_is_answered_once_at_a_time"


class CommitmentNotFound(NotFound):
    """There is no such commitment, or none of this caller's."""

    slug = "commitment-not-found"
    title = "There is no such commitment"


class ContributionNotFound(NotFound):
    """There is no such contribution, or none that this caller may know of."""

    slug = "contribution-not-found"
    title = "There is no such contribution"


class EvidenceIncomplete(Unacceptable):
    """What shows that it was done is not enough for its kind; the extras say what is missing."""

    slug = "evidence-incomplete"
    title = "This does not show enough"


class EvidenceKnown(Conflict):
    """The same evidence counts once, whoever shows it."""

    slug = "evidence-known"
    title = "This has been shown before"
    constraint = "the_same_evidence_counts_once"


class UnitsUnfit(Unacceptable):
    """A claim is about one piece, or about some time within a day; more of it is more claims."""

    slug = "units-unfit"
    title = "This cannot be claimed at once"


class SubjectUnfit(Unacceptable):
    """The subject does not exist, is none for this kind, or is not the contributor's to claim."""

    slug = "subject-unfit"
    title = "This cannot be claimed about that"


class SubjectClaimed(Conflict):
    """A kind is claimed once about a subject; what was wrong is corrected by naming the old claim."""

    slug = "subject-claimed"
    title = "You have claimed this already"
    constraint = "a_subject_is_claimed_once"


class ReferredAlready(Conflict):
    """A person is referred to a market once."""

    slug = "referred-already"
    title = "Somebody has referred this person already"
    constraint = "a_person_is_referred_once"


class ContributionLimit(Conflict):
    """So many units of a kind in 30 days and no more; `possible_again_at` says when these are."""

    slug = "contribution-limit"
    title = "This is more than can be claimed in 30 days"


class NotCorrectable(Conflict):
    """One's own claim of the same kind is corrected, once, unless it was rejected or withdrawn."""

    slug = "not-correctable"
    title = "This cannot be corrected so"
    constraint = "a_contribution_is_corrected_once"


class AttestationNotFound(NotFound):
    """There is no such attestation, or none that this caller was asked for."""

    slug = "attestation-not-found"
    title = "Nobody asked you this"


class AttestationUnfit(Unacceptable):
    """A confirmation says how good it was and for how much, a rejection says why."""

    slug = "attestation-unfit"
    title = "This is no whole answer"


class InvolvedAlready(Conflict):
    """Who gave it, benefits from it, is the same as one of them, or has said something does not decide."""

    slug = "involved-already"
    title = "Somebody else must decide this"
    constraint = "nobody_attests_twice"


class AppealOver(Conflict):
    """A rejection is appealed once, within 183 days."""

    slug = "appeal-over"
    title = "The time to appeal is over"


class CreditsNotKept(Conflict):
    """The market's policy in force says nothing of credits, so nothing is given in them or paid with them."""

    slug = "credits-not-kept"
    title = "This market keeps no credits"


class PayoutNotOffered(Conflict):
    """The market does not pay credits out; they pay service fees, shield from surge and help others."""

    slug = "payout-not-offered"
    title = "Credits are not paid out here"


class HoursNotKept(Conflict):
    """The market's policy in force says nothing of contributions, so no hours pass in it."""

    slug = "hours-not-kept"
    title = "This market keeps no hours"


class HoursNotFound(NotFound):
    """There is no such transfer of hours, or none that this caller may know of."""

    slug = "hours-not-found"
    title = "There is no such transfer of hours"


class HoursWaiting(Conflict):
    """One claim between the same two people waits for an answer; the next one can be made after it."""

    slug = "hours-waiting"
    title = "Your last claim between you two is not answered yet"
    constraint = "one_claim_of_hours_waits_for_an_answer"


class WithOneself(Unacceptable):
    """Hours and gifts pass between people; the giver and the receiver are the same one."""

    slug = "with-oneself"
    title = "This needs two people"


class SamePeople(Conflict):
    """These accounts share a card, a device or a bank account, so they do not confirm or feed one another."""

    slug = "same-people"
    title = "These accounts are too close to one another"


class PotUnknown(NotFound):
    """There is no such pot, or none that this caller may know of."""

    slug = "pot-unknown"
    title = "There is no such pot"


class PotThereAlready(Conflict):
    """This person has an open pot in the market; give into that one."""

    slug = "pot-there-already"
    title = "There is a pot for this person already"
    constraint = "one_open_pot_per_person"


class PotClosed(Conflict):
    """The pot takes no more gifts. What was given into it still pays."""

    slug = "pot-closed"
    title = "This pot is closed"


class PotIsAPersons(Conflict):
    """The pot stands for one person, whose service fees alone it pays."""

    slug = "pot-is-a-persons"
    title = "This pot stands for one person"


class PurposePotsAreOperators(Forbidden):
    """A pot without a person serves a purpose of the market; its operators open it and say whom it helps."""

    slug = "purpose-pots-are-operators"
    title = "Only operators open a pot for a purpose"


class SurplusTooLarge(Unacceptable):
    """More cannot be given back for a period than the market earned in it."""

    slug = "surplus-too-large"
    title = "The market did not earn that much in this period"


class PeriodNotOver(Conflict):
    """A surplus is known when its period is over."""

    slug = "period-not-over"
    title = "This period is not over yet"


class SurplusSplitAlready(Conflict):
    """A part of this period has had its surplus split; each is split once."""

    slug = "surplus-split-already"
    title = "The surplus of this period is split already"
    constraint = "a_surplus_is_split_once"


class NothingToSplit(Conflict):
    """Nobody brought anything in that the formula weighs."""

    slug = "nothing-to-split"
    title = "Nobody has a share in this period"


class PatronageUnknown(NotFound):
    """There is no such round of patronage, or none in which this caller has a share."""

    slug = "patronage-unknown"
    title = "There is no such round of patronage"
