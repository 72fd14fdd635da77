"""The closed sets of words in contributions, and what is true of each kind in every market.

What a kind is worth is a market's policy; what it is about, and what shows that it was done, is said here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ContributionKind(StrEnum):
    """What somebody gives beyond the paid work."""

    ANSWER = "answer"
    GUIDE = "guide"
    TRANSLATION = "translation"
    PHOTO_SET = "photo_set"
    REVIEW = "review"
    DEFECT_REPORT = "defect_report"
    ADOPTED_IDEA = "adopted_idea"
    REFERRAL = "referral"
    NEWCOMER_BUDDY = "newcomer_buddy"
    MENTORING = "mentoring"
    JURY = "jury"
    SLOT_SWAP = "slot_swap"
    ACCESSIBILITY_FACTS = "accessibility_facts"
    TRIAL = "trial"
    EVENT = "event"
    COVERING_NO_SHOW = "covering_no_show"
    OPEN_METHOD = "open_method"
    PATIENCE = "patience"


class SubjectType(StrEnum):
    """What a contribution may be about."""

    BOOKING = "booking"
    OFFER = "offer"
    USER = "user"
    REVIEW = "review"
    ATTESTATION = "attestation"


class SubjectRelation(StrEnum):
    """What the contributor must be to the subject of a claim."""

    PARTY = "party"
    CUSTOMER = "customer"
    PROVIDER = "provider"
    ANOTHER_PERSON = "another_person"
    ANYBODY = "anybody"
    DOER = "doer"


class ContributionUnit(StrEnum):
    """What units of a kind are: pieces, or hours of somebody's time."""

    PIECE = "piece"
    HOUR = "hour"


class ContributionVerifier(StrEnum):
    """Who says whether it happened: the other person, a drawn quorum, a moderator, or we who saw it."""

    COUNTERPARTY = "counterparty"
    QUORUM = "quorum"
    MODERATOR = "moderator"
    SYSTEM = "system"


class ContributionFunder(StrEnum):
    """What pays for it: the market's pool, a share of a booking's fee, another person's hours, nothing."""

    POOL = "pool"
    BOOKING_FEE = "booking_fee"
    HOURS = "hours"
    NOBODY = "nobody"


class ContributionState(StrEnum):
    """Where a contribution is in its life."""

    SUBMITTED = "submitted"
    CHECKED = "checked"
    AWAITING_VERIFICATION = "awaiting_verification"
    VERIFIED = "verified"
    REJECTED = "rejected"
    APPEALED = "appealed"
    REJECTED_FOR_GOOD = "rejected_for_good"
    THANKED = "thanked"
    VALUED = "valued"
    HELD = "held"
    SETTLED = "settled"
    CLAWED_BACK = "clawed_back"
    WITHDRAWN = "withdrawn"


class ContributionActor(StrEnum):
    """Who acts on a contribution."""

    CONTRIBUTOR = "contributor"
    ATTESTER = "attester"
    MODERATOR = "moderator"
    SYSTEM = "system"
    CLOCK = "clock"


class CallState(StrEnum):
    """Where a call is in its life."""

    OPEN = "open"
    CLOSED = "closed"


class CallActor(StrEnum):
    """Who acts on a call."""

    ASKER = "asker"
    MODERATOR = "moderator"
    CLOCK = "clock"


class CommitmentState(StrEnum):
    """Where a commitment is in its life. None of these states follows its maker anywhere."""

    PROMISED = "promised"
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class CommitmentActor(StrEnum):
    """Who acts on a commitment."""

    PROMISER = "promiser"
    CLOCK = "clock"


class AttestationRole(StrEnum):
    """In which role somebody attests."""

    COUNTERPARTY = "counterparty"
    QUORUM = "quorum"
    MODERATOR = "moderator"
    APPEAL = "appeal"
    SYSTEM = "system"


class AttestationState(StrEnum):
    """What became of asking somebody."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    CONFIRMED_BY_SILENCE = "confirmed_by_silence"
    REJECTED = "rejected"
    DECLINED = "declined"
    REPLACED = "replaced"
    RELEASED = "released"


class AttestationActor(StrEnum):
    """Who acts on an attestation."""

    ATTESTER = "attester"
    SYSTEM = "system"
    CLOCK = "clock"


class RejectionReason(StrEnum):
    """Why a claim was not confirmed, or is not any more."""

    NOT_DONE = "not_done"
    NOT_THEIRS = "not_theirs"
    NOT_USEFUL = "not_useful"
    COPIED = "copied"
    OFF_TOPIC = "off_topic"
    HARMFUL = "harmful"
    NOT_SEEN_BY_THE_SYSTEM = "not_seen_by_the_system"
    APPEAL_UNANSWERED = "appeal_unanswered"


@dataclass(frozen=True, slots=True)
class KindTraits:
    """What is true of a kind everywhere.

    `subjects` are what it may be about; without any it stands for itself, and with `None` among them it may.
    `needs` are the parts of its evidence, each with the least there must be: characters of the statement,
    or how many links, photos and facts. A kind that `repeats` may be claimed again about the same subject,
    with other evidence.
    """

    subjects: frozenset[SubjectType | None]
    relation: SubjectRelation
    needs: Mapping[str, int]
    repeats: bool = False


_NOTHING: frozenset[SubjectType | None] = frozenset({None})
_OFFER: frozenset[SubjectType | None] = frozenset({SubjectType.OFFER})
_BOOKING: frozenset[SubjectType | None] = frozenset({SubjectType.BOOKING})
_USER: frozenset[SubjectType | None] = frozenset({SubjectType.USER})

# Lengths: a sentence says what was done (20 characters), an answer takes two or three (80), a guide, a method
# or an account of an event a few paragraphs (400). Three photos show a thing from more than one side.
TRAITS: Mapping[ContributionKind, KindTraits] = MappingProxyType(
    {
        ContributionKind.ANSWER: KindTraits(
            _NOTHING | _OFFER, SubjectRelation.ANYBODY, {"statement": 80}, repeats=True
        ),
        ContributionKind.GUIDE: KindTraits(_NOTHING, SubjectRelation.ANYBODY, {"statement": 400}),
        ContributionKind.TRANSLATION: KindTraits(
            _NOTHING | _OFFER, SubjectRelation.ANYBODY, {"statement": 80}, repeats=True
        ),
        ContributionKind.PHOTO_SET: KindTraits(_OFFER, SubjectRelation.ANYBODY, {"photos": 3}, repeats=True),
        ContributionKind.REVIEW: KindTraits(frozenset({SubjectType.REVIEW}), SubjectRelation.DOER, {}),
        ContributionKind.DEFECT_REPORT: KindTraits(_NOTHING, SubjectRelation.ANYBODY, {"statement": 80}),
        ContributionKind.ADOPTED_IDEA: KindTraits(_NOTHING, SubjectRelation.ANYBODY, {"statement": 80}),
        ContributionKind.REFERRAL: KindTraits(_USER, SubjectRelation.ANOTHER_PERSON, {}),
        ContributionKind.NEWCOMER_BUDDY: KindTraits(_USER, SubjectRelation.ANOTHER_PERSON, {"statement": 20}),
        ContributionKind.MENTORING: KindTraits(
            _USER, SubjectRelation.ANOTHER_PERSON, {"statement": 20}, repeats=True
        ),
        ContributionKind.JURY: KindTraits(frozenset({SubjectType.ATTESTATION}), SubjectRelation.DOER, {}),
        ContributionKind.SLOT_SWAP: KindTraits(_BOOKING, SubjectRelation.PARTY, {"statement": 20}),
        ContributionKind.ACCESSIBILITY_FACTS: KindTraits(
            _OFFER, SubjectRelation.ANYBODY, {"facts": 1}, repeats=True
        ),
        ContributionKind.TRIAL: KindTraits(_BOOKING, SubjectRelation.CUSTOMER, {"statement": 20}),
        ContributionKind.EVENT: KindTraits(_NOTHING, SubjectRelation.ANYBODY, {"statement": 400}),
        ContributionKind.COVERING_NO_SHOW: KindTraits(_BOOKING, SubjectRelation.PROVIDER, {"statement": 20}),
        ContributionKind.OPEN_METHOD: KindTraits(_NOTHING, SubjectRelation.ANYBODY, {"statement": 400}),
        ContributionKind.PATIENCE: KindTraits(_BOOKING, SubjectRelation.PARTY, {}),
    }
)
# Whose credits the fee of one booking can bear: its own, the review's, or the first one of who was brought.
ABOUT_A_BOOKING = frozenset(
    {kind for kind, traits in TRAITS.items() if traits.subjects == _BOOKING}
    | {ContributionKind.REVIEW, ContributionKind.REFERRAL}
)
REPEATING = tuple(sorted(str(kind) for kind, traits in TRAITS.items() if traits.repeats))
