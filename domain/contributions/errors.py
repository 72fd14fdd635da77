"""What contributions refuse, and what can be done about it."""

from domain.foundation.errors import Conflict, NotFound, Unacceptable


class KindNotAccepted(Unacceptable):
    """This market's policy has no such kind of contribution, or none at all."""

    slug = "kind-not-accepted"
    title = "This market does not accept such contributions"


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


class TooManyOpenCalls(Conflict):
    """Somebody has as many open calls as a person may; close one first."""

    slug = "too-many-open-calls"
    title = "You have enough open calls"


class AlreadyCommitted(Conflict):
    """A person answers a call once at a time."""

    slug = "already-committed"
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
    title = "This evidence is not complete"


class DuplicateEvidence(Conflict):
    """The same evidence counts once, whoever shows it."""

    slug = "duplicate-evidence"
    title = "This evidence was submitted before"
    constraint = "the_same_evidence_counts_once"


class InvalidUnits(Unacceptable):
    """A claim is about one piece, or about some time within a day; more of it is more claims."""

    slug = "invalid-units"
    title = "This cannot be claimed at once"


class InvalidSubject(Unacceptable):
    """The subject does not exist, is none for this kind, or is not the contributor's to claim."""

    slug = "invalid-subject"
    title = "This cannot be claimed about that"


class SubjectAlreadyClaimed(Conflict):
    """A kind is claimed once about a subject; what was wrong is corrected by naming the old claim."""

    slug = "subject-already-claimed"
    title = "You have claimed this already"
    constraint = "a_subject_is_claimed_once"


class UserAlreadyReferred(Conflict):
    """A person is referred to a market once."""

    slug = "user-already-referred"
    title = "Somebody has referred this person already"
    constraint = "a_person_is_referred_once"


class ContributionLimitReached(Conflict):
    """So many units of a kind in 30 days and no more; `possible_again_at` says when these are."""

    slug = "contribution-limit-reached"
    title = "This is more than can be claimed in 30 days"


class NotCorrectable(Conflict):
    """One's own claim of the same kind is corrected, once, unless it was rejected or withdrawn."""

    slug = "not-correctable"
    title = "This contribution cannot be corrected"
    constraint = "a_contribution_is_corrected_once"


class AttestationNotFound(NotFound):
    """There is no such attestation, or none that this caller was asked for."""

    slug = "attestation-not-found"
    title = "There is no such attestation"


class InvalidAttestation(Unacceptable):
    """A confirmation says how good it was and for how much, a rejection says why."""

    slug = "invalid-attestation"
    title = "This answer is not complete"


class NotIndependent(Conflict):
    """Who gave it, benefits from it, is the same as one of them, or has said something does not decide."""

    slug = "not-independent"
    title = "Somebody else must decide this"
    constraint = "nobody_attests_twice"


class AppealPeriodOver(Conflict):
    """A rejection is appealed once, within 183 days."""

    slug = "appeal-period-over"
    title = "The time to appeal is over"
