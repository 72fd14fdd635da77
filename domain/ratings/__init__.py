"""Two-sided statements about finished bookings, and what they add up to.

A **window** opens when a booking is completed (or ended after it should have begun); in it each party may
write one **review** of the other, with one to five stars. Reviews are **sealed** until both are in or the
time is over, and revealed together. What they add up to is a person's **reputation**, in a role and category.

Invariants, held by the database: no review without a booking of these two that is over; one review for each
direction; a window's reviews are sealed and revealed together; revealed stars stand. While a review is sealed
nothing that anybody but its author can see differs by what it says.
"""

from . import anomaly, credibility, detectors, scoring
from .appealing import answer_appeal, appeal
from .deciding import decide, decisions_about, hold_for_a_look, lapse
from .edges import NEUTRAL, Edges, joined
from .erasing import erase_author
from .exploration import ROW_OF, row_for
from .exporting import export, is_ours
from .invariants import INVARIANTS
from .kinds import (
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
from .learning import (
    known_otherwise,
    learn_credibility,
    learn_norms,
    states_after,
    welcome_newcomers,
)
from .lifecycle import REVIEWS
from .looking import OfBooking, Reply, Seen, about_customer, about_provider, of_booking, own
from .methodology import METHODOLOGY, Constant
from .models import Review, ReviewDecision, ReviewPrivateNote, ReviewReply, ReviewVersion, ReviewWindow
from .noticing import notice
from .queries import due, lapsed
from .ranking import UNKNOWN_SCORE, Counts, Inputs
from .reliability import Reliability, Share
from .replaying import behind, drifted, move_landmarks, recount
from .replying import reply
from .reputation import Reputation, Scored, of_customer, of_provider, tier_of
from .reputation_models import RaterCredibility, TierDecision
from .retaliating import hold_retaliation
from .revealing import reveal
from .scores import follow, follow_clusters, follow_credibility, refresh
from .tiering import Preview, decide_tier, preview, undecided
from .tiers import Missing
from .weighing import StateKey
from .windows import hold_window, open_window, release_window
from .writing import Content, Note, content_of, edit, may_submit, submit

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
