"""Two-sided statements about finished bookings, and what they add up to.

A **window** opens when a booking is completed (or ended after it should have begun); in it each party may
write one **review** of the other, with one to five stars. Reviews are **sealed** until both are in or the
time is over, and revealed together. What they add up to is a person's **reputation**, in a role and category.

Invariants, held by the database: no review without a booking of these two that is over; one review for each
direction; a window's reviews are sealed and revealed together; revealed stars stand. While a review is sealed
nothing that anybody but its author can see differs by what it says.
"""

from domain.ratings import anomaly, credibility, detectors, scoring
from domain.ratings.appealing import answer_appeal, appeal
from domain.ratings.deciding import decide, decisions_about, hold_for_a_look, lapse
from domain.ratings.edges import NEUTRAL, Edges, joined
from domain.ratings.erasing import erase_author
from domain.ratings.exploration import ROW_OF, row_for
from domain.ratings.exporting import export, is_ours
from domain.ratings.invariants import INVARIANTS
from domain.ratings.kinds import (
    AppealOutcome,
    DecisionKind,
    DecisionReason,
    Dimension,
    HoldReason,
    ReviewState,
    Side,
    Tier,
    WindowReason,
)
from domain.ratings.learning import (
    known_otherwise,
    learn_credibility,
    learn_norms,
    states_after,
    welcome_newcomers,
)
from domain.ratings.lifecycle import REVIEWS
from domain.ratings.looking import OfBooking, Reply, Seen, about_customer, about_provider, of_booking, own
from domain.ratings.methodology import METHODOLOGY, Constant
from domain.ratings.models import (
    Review,
    ReviewDecision,
    ReviewPrivateNote,
    ReviewReply,
    ReviewVersion,
    ReviewWindow,
)
from domain.ratings.noticing import notice
from domain.ratings.queries import due, lapsed
from domain.ratings.ranking import UNKNOWN_SCORE, Counts, Inputs
from domain.ratings.reliability import Reliability, Share
from domain.ratings.replaying import behind, drifted, move_landmarks, recount
from domain.ratings.replying import reply
from domain.ratings.reputation import Reputation, Scored, of_customer, of_provider, tier_of
from domain.ratings.reputation_models import RaterCredibility, TierDecision
from domain.ratings.retaliating import hold_retaliation
from domain.ratings.revealing import reveal
from domain.ratings.scores import follow, follow_clusters, follow_credibility, refresh
from domain.ratings.tiering import Preview, decide_tier, preview, undecided
from domain.ratings.tiers import Missing
from domain.ratings.weighing import StateKey
from domain.ratings.windows import hold_window, open_window, release_window
from domain.ratings.writing import Content, Note, content_of, edit, may_submit, submit

__all__ = [
    "INVARIANTS",
    "METHODOLOGY",
    "NEUTRAL",
    "REVIEWS",
    "ROW_OF",
    "UNKNOWN_SCORE",
    "AppealOutcome",
    "Constant",
    "Content",
    "Counts",
    "DecisionKind",
    "DecisionReason",
    "Dimension",
    "Edges",
    "HoldReason",
    "Inputs",
    "Missing",
    "Note",
    "OfBooking",
    "Preview",
    "RaterCredibility",
    "Reliability",
    "Reply",
    "Reputation",
    "Review",
    "ReviewDecision",
    "ReviewPrivateNote",
    "ReviewReply",
    "ReviewState",
    "ReviewVersion",
    "ReviewWindow",
    "Scored",
    "Seen",
    "Share",
    "Side",
    "StateKey",
    "Tier",
    "TierDecision",
    "WindowReason",
    "about_customer",
    "about_provider",
    "anomaly",
    "answer_appeal",
    "appeal",
    "behind",
    "content_of",
    "credibility",
    "decide",
    "decide_tier",
    "decisions_about",
    "detectors",
    "drifted",
    "due",
    "edit",
    "erase_author",
    "export",
    "follow",
    "follow_clusters",
    "follow_credibility",
    "hold_for_a_look",
    "hold_retaliation",
    "hold_window",
    "is_ours",
    "joined",
    "known_otherwise",
    "lapse",
    "lapsed",
    "learn_credibility",
    "learn_norms",
    "may_submit",
    "move_landmarks",
    "notice",
    "of_booking",
    "of_customer",
    "of_provider",
    "open_window",
    "own",
    "preview",
    "recount",
    "refresh",
    "release_window",
    "reply",
    "reveal",
    "row_for",
    "scoring",
    "states_after",
    "submit",
    "tier_of",
    "undecided",
    "welcome_newcomers",
]
